using AllianceNotify.Isolated;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.AddSingleton<HubOfTheWorker>();
builder.Services.AddHostedService(services => services.GetRequiredService<HubOfTheWorker>());
await builder.Build().RunAsync();
