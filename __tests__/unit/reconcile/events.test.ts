import { assertScheduled } from '../../../functions/reconcile-findings/events';

it("takes the clock's event, and no other", () => {
  const event = {
    id: 'e',
    source: 'aws.events',
    'detail-type': 'Scheduled Event',
    detail: {},
    account: '123456789012',
  };
  expect(() => {
    assertScheduled(event);
  }).not.toThrow();
  for (const other of [{}, null, { ...event, source: 'aws.ssm' }, { ...event, 'detail-type': 'Inspector2 Scan' }])
    expect(() => {
      assertScheduled(other);
    }).toThrow('the event is no Scheduled Event of EventBridge');
});
