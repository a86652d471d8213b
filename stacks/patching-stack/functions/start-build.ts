import { ecrHost } from '../../../domain/config/partition';
import { EventRule } from '../../../modules/event-rule/event-rule';
import { arnOf } from '../../../modules/place/place';
import { signals } from '../events';
import type { FunctionEntry } from '../function-entry';

/** The change of a parameter into a build by the image's pipeline. */
export const startBuild: FunctionEntry = {
  name: 'start-build',
  description: 'Starts the build that a rebuild signal asks for',
  timeoutSeconds: 60,
  memoryMegabytes: 512,
  variables: ({ settings: { environment, label } }) => ({
    SIGNAL_PREFIX: label.path('signals'),
    PIPELINE_ARN_PREFIX: arnOf(environment, 'imagebuilder', `image-pipeline/${label.prefix}-`),
    REGISTRY_ACCOUNT: environment.account,
    REGISTRY_HOST: ecrHost(environment.account, environment.region),
  }),
  connect: (scope, target, { settings, table, failures }) => {
    const { environment, label } = settings;
    new EventRule(scope, 'rebuild-signals', {
      name: label.name('rule', 'rebuild-signals'),
      description: 'Rebuild signals: changes of the parameters of this environment',
      place: environment,
      pattern: signals(label.path('signals')),
      target,
      undelivered: failures,
    });
    table.grantReadWrite(target);
    target.allow({
      sid: 'ReadSignals',
      actions: ['ssm:GetParameter'],
      resources: [arnOf(environment, 'ssm', `parameter${label.path('signals')}/*`)],
    });
    target.allow({
      sid: 'StartBuilds',
      actions: ['imagebuilder:StartImagePipelineExecution'],
      resources: [arnOf(environment, 'imagebuilder', `image-pipeline/${label.prefix}-*`)],
    });
  },
};
