/**
 * What `.ci/run` says to the suite is not for the commands that its tests start: they refuse any variable of ours that
 * is no setting. The suite itself has heard it by then, in the process that starts those of the tests.
 */
delete process.env['MILLRACE_REQUIRE_BROKER'];
delete process.env['MILLRACE_REQUIRE_SPARK'];
delete process.env['MILLRACE_REQUIRE_TOOLS'];
