using AllianceNotify.Intake;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AllianceNotify.Functions.Web;

/// <summary>Answers that say no, as RFC 9457 problem details.</summary>
internal static class Problems
{
    /// <summary>How long a caller is asked to wait when the store or a queue cannot be reached, in seconds.</summary>
    public const int RetryAfterSeconds = 5;

    /// <summary>400 with every field error at once: <c>errors</c> maps a field to its messages.</summary>
    public static ValidationProblem Invalid(IEnumerable<FieldError> errors) => TypedResults.ValidationProblem(
        errors.GroupBy(error => error.Field, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Select(error => error.Message).ToArray(), StringComparer.Ordinal),
        title: "The request is not valid.");

    public static ValidationProblem Invalid(string field, string message) => Invalid([new FieldError(field, message)]);

    public static ProblemHttpResult NotFound(string what) => Of(StatusCodes.Status404NotFound, $"There is no {what} of this id.");

    public static ProblemHttpResult Forbidden(string detail) => Of(StatusCodes.Status403Forbidden, detail);

    /// <summary>409: what is there already contradicts the request.</summary>
    public static ProblemHttpResult Conflict(string detail) => Of(StatusCodes.Status409Conflict, detail);

    /// <summary>412: it was changed since the caller read it.</summary>
    public static ProblemHttpResult Changed() => Of(StatusCodes.Status412PreconditionFailed, "It was changed since you read it: read it again.");

    /// <summary>428: an edit without If-Match could overwrite another's.</summary>
    public static ProblemHttpResult IfMatchRequired() =>
        Of(StatusCodes.Status428PreconditionRequired, "Send the ETag you read as If-Match.");

    /// <summary>422: well-formed, and refused.</summary>
    public static ProblemHttpResult Refused(string detail) => Of(StatusCodes.Status422UnprocessableEntity, detail);

    public static ProblemHttpResult Of(int status, string detail) => TypedResults.Problem(detail, statusCode: status);
}
