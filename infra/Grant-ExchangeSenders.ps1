<#
.SYNOPSIS
Lets the hub's managed identity send mail as the members of one group, and as nobody else.

.DESCRIPTION
Exchange's role-based access control for applications: makes the identity known to Exchange, a management scope of the
group's members, and an assignment of the role "Application Mail.Send" in that scope. Takes nothing away: a tenant-wide
Mail.Send in Graph is good besides it, so revoke that with infra/grant-graph-permissions.

Says first what it will do and what stands already, and changes nothing before it is told to. Needs the module
ExchangeOnlineManagement, connected (Connect-ExchangeOnline) as somebody in Organization Management. Can be run again.

.PARAMETER ClientId
Client id of the identity: output identityClientId of the deployment.

.PARAMETER ObjectId
Object id of the identity: output identityPrincipalId of the deployment.

.PARAMETER Group
A mail-enabled security group whose members are the mailboxes to send from.

.PARAMETER Name
Name of the scope and the assignment; has the object id in it unless given, so that several hubs keep apart.

.PARAMETER Yes
Does not ask.

.EXAMPLE
infra/Grant-ExchangeSenders.ps1 -ClientId ... -ObjectId ... -Group alliancenotify-senders@example.com
#>
param(
    [Parameter(Mandatory)] [guid] $ClientId,
    [Parameter(Mandatory)] [guid] $ObjectId,
    [Parameter(Mandatory)] [string] $Group,
    [string] $Name = "AllianceNotify $ObjectId",
    [switch] $Yes
)

$ErrorActionPreference = 'Stop'
$role = 'Application Mail.Send'

$senders = Get-DistributionGroup -Identity $Group
$filter = "MemberOfGroup -eq '$($senders.DistinguishedName -replace "'", "''")'"
$principal = Get-ServicePrincipal | Where-Object { $_.ObjectId -eq $ObjectId }
$scope = Get-ManagementScope | Where-Object { $_.Name -eq $Name }
$assignment = Get-ManagementRoleAssignment | Where-Object { $_.Name -eq $Name }

if ($assignment -and ($assignment.Role -ne $role -or $assignment.CustomResourceScope -ne $Name))
{
    throw "A role assignment named $Name is there for something else; choose another -Name."
}

$steps = @()
if ($principal) { "stands    the identity $ObjectId is known to Exchange" }
else
{
    "NEW       the identity $ObjectId (client id $ClientId) becomes known to Exchange"
    $steps += { New-ServicePrincipal -AppId $ClientId -ObjectId $ObjectId -DisplayName $Name }
}

if (-not $scope)
{
    "NEW       scope $($Name): $filter"
    $steps += { New-ManagementScope -Name $Name -RecipientRestrictionFilter $filter }
}
elseif ($scope.RecipientFilter -ne $filter)
{
    "CHANGE    scope $($Name): $filter"
    "          was $($scope.RecipientFilter)"
    $steps += { Set-ManagementScope -Identity $Name -RecipientRestrictionFilter $filter }
}
else { "stands    scope $($Name): $filter" }

if ($assignment) { "stands    $role in scope $Name" }
else
{
    "GRANT     $role in scope $Name"
    $steps += { New-ManagementRoleAssignment -Name $Name -App $ObjectId -Role $role -CustomResourceScope $Name }
}

if ($steps.Count -eq 0)
{
    'Nothing to do.'
    return
}

if (-not $Yes -and (Read-Host 'Do this? Type yes') -cne 'yes')
{
    throw 'Not confirmed; nothing was changed.'
}

foreach ($step in $steps) { $null = & $step }
'Done. Exchange keeps what it knew for up to two hours; then for each sender:'
"Test-ServicePrincipalAuthorization -Identity $ObjectId -Resource SENDER"
