/**
 * The root command: global flags, help groups, and the bridge from a declaration to its handler. A
 * handler gets the context and its own flags and returns the exit code.
 */
import { Command, CommanderError } from 'commander';
import { createContext, type GlobalFlags, type Terminal } from './context.ts';
import { declareInspection } from './declare-inspection.ts';
import { declareData } from './declare-data.ts';
import { declareQuery } from './declare-query.ts';
import { announceVenue } from './announce-venue.ts';
import type { Dispatch } from './dispatch.ts';
import { declareHost } from './declare-host.ts';
import { declareEvents } from './declare-events.ts';
import { declareForensics } from './declare-forensics.ts';
import { declareRehearsal } from './declare-rehearsal.ts';
import { declareRepair } from './declare-repair.ts';
import { declareRuns } from './declare-runs.ts';
import { declareTrading } from './declare-trading.ts';
import { keepHeapTiny } from '../src/host/small-heap.ts';

/** Commands that compute for long; every other one reads, answers and goes. */
const COMPUTING: ReadonlySet<string> = new Set(['run', 'drill', 'rehearse']);

const EXIT_CODES = `
Exit codes:
  0 done and clean   1 findings   2 usage or configuration   3 refused
  4 venue unreachable   5 database   6 incomplete or in doubt   70 a bug
  75 memory nearly at its limit: planned restart, under a service manager`;

export function buildProgram(terminal: Terminal, finish: (exit: number) => void): Command {
  const program = new Command('tradectl')
    .description('Runs a crypto-futures bot, and shows and operates everything about it.')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, helpWidth: 80 })
    .configureOutput({
      writeOut: (text) => terminal.write.out(text),
      writeErr: (text) => terminal.write.err(text),
      // Usage errors are told once, by the catch in main.ts.
      outputError: () => undefined,
    })
    .helpCommand(false)
    .option('--home <dir>', 'state directory (TRADECTL_HOME, ~/.tradectl)')
    .option('--config <file>', 'configuration file (tradectl.toml)')
    .option('--json', 'one JSON document on stdout (docs/json.md)')
    .option('--no-color', 'no colours')
    .option('--no-input', 'never ask; fail naming the flag instead')
    .option('-V, --version', 'versions of tradectl, Node and SQLite')
    .on('option:version', () => {
      throw new CommanderError(0, 'tradectl.version', 'version');
    })
    .addHelpText('after', EXIT_CODES);
  const dispatch: Dispatch = async (handler) => {
    finish(await handler(createContext(terminal, program.opts<GlobalFlags>())));
  };
  program.hook('preAction', (_, command) => {
    if (!COMPUTING.has(command.name())) keepHeapTiny();
    return announceVenue(createContext(terminal, program.opts<GlobalFlags>()), command);
  });
  declareTrading(program, dispatch);
  declareRepair(program, dispatch);
  declareInspection(program, dispatch);
  declareQuery(program, dispatch);
  declareEvents(program, dispatch);
  declareForensics(program, dispatch);
  declareData(program, dispatch);
  declareHost(program, dispatch);
  declareRuns(program, dispatch);
  declareRehearsal(program, dispatch);
  return program;
}
