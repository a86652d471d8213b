/**
 * Jest's setup of every project: what the CLI prints in a test has no colours, wherever the tests run. Without it picocolors colours
 * the output on a terminal, where `FORCE_COLOR` is set, and on any CI (`CI`), and the tests that compare text would depend on who runs them.
 */
process.env['NO_COLOR'] = '1';
delete process.env['FORCE_COLOR'];
