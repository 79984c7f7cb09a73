// Plays many scenarios one after the other under a single tracer, where starting one for each would take too long.
#pragma once

// `ipc-actor --play PLAN --into FOLDER [--seconds N]`: every line of PLAN is a number and a scenario's command line.
// FOLDER/NUMBER gets its `truth`, what it printed (`err`) and its `status`, 124 if its time was over.
// After each, the player sends itself SIGURG, which does nothing, with the number as value: in a trace, that ends the scenario.
//
// With `--late EVENTS`, the scenarios start first and halt (`--wait-for`). FOLDER/pids lists the player and one process of
// each, to be traced by `-p`; the scenarios go on as soon as the tracer has written something to EVENTS.
int player_run(int argc, char **argv);
