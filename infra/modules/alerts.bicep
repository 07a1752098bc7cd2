// Who watches the watchman: rules that call a person, over Azure's own channels and not the hub's.
// Queries name only what the hub emits (docs/operations.md); a test compares the names.

import { Tags, Thresholds } from '../types.bicep'

param name string
param location string
param tags Tags
param workspaceId string
param insightsId string
param messagingId string
param thresholds Thresholds

param publicUrl string

@description('Ask the hub from outside whether it is ready. Needs a hub that can be reached from the internet.')
param probed bool

@description('Mail addresses of the people who run the hub.')
param mailTo string[]

@description('Whether something in the hub runs around the clock, so that its silence means that it is down.')
param alwaysRunning bool

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${name}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'hub'
    enabled: true
    emailReceivers: [
      for (address, index) in mailTo: {
        name: 'mail-${index}'
        emailAddress: address
        useCommonAlertSchema: true
      }
    ]
  }
}

var waiting = [
  {
    name: 'dead-letters'
    says: 'The hub set a message or a delivery aside for a person: see dead-letters list.'
    severity: 1
    minutes: 5
    query: 'AppMetrics | where Name == "alliancenotify.dead_letters" | summarize Count = sum(Sum) by Part = tostring(Properties.queue)'
    threshold: 0
  }
  {
    name: 'queue-age'
    says: 'Messages wait longer than they may.'
    severity: 1
    minutes: 5
    query: 'AppMetrics | where Name == "alliancenotify.queue.age" | summarize Count = max(Sum) by Part = tostring(Properties.queue)'
    threshold: thresholds.queueAge
  }
  {
    name: 'failed-deliveries'
    says: 'Deliveries are refused, misconfigured or given up.'
    severity: 2
    minutes: 15
    query: 'AppMetrics | where Name == "alliancenotify.deliveries.settled" | extend Outcome = tostring(Properties.outcome) | where Outcome in ("refused", "misconfigured", "gave-up") | summarize Count = sum(Sum) by Part = tostring(Properties.channel)'
    threshold: thresholds.failedDeliveries - 1
  }
  {
    name: 'silent-source'
    says: 'A source that is expected to report is silent: the situation in the duty desk\'s queue names it.'
    severity: 2
    minutes: 5
    query: 'AppTraces | where Message has "Nothing was heard of source" | summarize Count = count() by Part = AppRoleName'
    threshold: 0
  }
  {
    name: 'unanswered'
    says: 'An alert stays unanswered after its last round, or reached nobody.'
    severity: 0
    minutes: 5
    query: 'AppTraces | where Message has "stays unanswered after its last round" or Message has "reaches nobody" | summarize Count = count() by Part = AppRoleName'
    threshold: 0
  }
]

var silent = [
  for format in items(thresholds.silentFormats): {
    name: 'silent-${format.key}'
    says: 'No report in the format ${format.key} arrived for ${format.value} minutes.'
    severity: 2
    minutes: format.value
    query: 'AppMetrics | where Name == "alliancenotify.reports.accepted" and tostring(Properties.format) == "${format.key}" | summarize Count = iff(countif(Sum > 0) > 0, 0, 1) | extend Part = "${format.key}"'
    threshold: 0
  }
]

var down = alwaysRunning
  ? [
      {
        name: 'hub-silent'
        says: 'The hub has measured nothing for fifteen minutes: it is down, or its telemetry does not arrive.'
        severity: 0
        minutes: 15
        query: 'AppMetrics | where Name == "alliancenotify.queue.depth" | summarize Count = iff(count() > 0, 0, 1) | extend Part = "hub"'
        threshold: 0
      }
    ]
  : []

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in concat(waiting, silent, down): {
    name: 'alert-${name}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${name}: ${rule.name}'
      description: rule.says
      enabled: true
      severity: rule.severity
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: rule.minutes < 60 ? 'PT${rule.minutes}M' : 'PT${rule.minutes / 60}H'
      autoMitigate: true
      // A metric's name that has not been seen yet is not an error.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: 'Count'
            timeAggregation: 'Maximum'
            dimensions: [{ name: 'Part', operator: 'Include', values: ['*'] }]
            operator: 'GreaterThan'
            threshold: rule.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]

// The broker's own count: messages that stay set aside, also those that no running hub counted.
resource brokerDeadLetters 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-${name}-broker-dead-letters'
  location: 'global'
  tags: tags
  properties: {
    description: 'Messages wait in a dead-letter queue of the broker.'
    enabled: true
    severity: 2
    scopes: [messagingId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dead-letters'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'DeadletteredMessages'
          dimensions: [{ name: 'EntityName', operator: 'Include', values: ['*'] }]
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: [{ actionGroupId: people.id }]
  }
}

resource probe 'Microsoft.Insights/webtests@2022-06-15' = if (probed) {
  name: 'ready-${name}'
  location: location
  tags: union(tags, { 'hidden-link:${insightsId}': 'Resource' })
  kind: 'standard'
  properties: {
    Name: 'ready-${name}'
    SyntheticMonitorId: 'ready-${name}'
    Kind: 'standard'
    Enabled: true
    Frequency: 300
    Timeout: 30
    RetryEnabled: true
    Locations: [
      { Id: 'apac-jp-kaw-edge' }
      { Id: 'apac-sg-sin-azr' }
      { Id: 'us-ca-sjc-azr' }
      { Id: 'us-va-ash-azr' }
      { Id: 'emea-gb-db3-azr' }
    ]
    Request: {
      RequestUrl: '${publicUrl}/health/ready'
      HttpVerb: 'GET'
      FollowRedirects: false
      ParseDependentRequests: false
    }
    ValidationRules: {
      ExpectedHttpStatusCode: 200
      SSLCheck: true
      SSLCertRemainingLifetimeCheck: 14
    }
  }
}

resource availability 'Microsoft.Insights/metricAlerts@2018-03-01' = if (probed) {
  name: 'alert-${name}-availability'
  location: 'global'
  tags: tags
  properties: {
    description: 'Two places or more find the hub not ready.'
    enabled: true
    severity: 0
    scopes: [probe.id, insightsId]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: probe.id
      componentId: insightsId
      failedLocationCount: 2
    }
    actions: [{ actionGroupId: people.id }]
  }
}

output actionGroupId string = people.id
