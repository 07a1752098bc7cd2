using AllianceNotify.Functions.Cli;

return await HubCommandLine.RunAsync(args);
