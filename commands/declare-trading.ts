/** Commands that trade or change what the bot may do: run, report, closing, acknowledge, halt, kill. */
import type { Command } from 'commander';
import type { AcknowledgeFlags } from './acknowledge.ts';
import { amountFlag } from './amount-flag.ts';
import type { CloseFlags } from './close.ts';
import { examples, type Dispatch } from './dispatch.ts';
import type { FlattenFlags } from './flatten.ts';
import { countFlag, reasonFlag, timeFlag } from './flags.ts';
import type { HaltClearFlags, HaltSetFlags } from './halt.ts';
import type { PartialCloseFlags } from './partial-close.ts';
import type { RunFlags } from './run.ts';

export function declareTrading(program: Command, dispatch: Dispatch): void {
  program.commandsGroup('Trading:');
  declareRun(program, dispatch);
  program
    .command('report')
    .description('print the summary of the last finished recording again')
    .option('--last', 'the last one (the default)')
    .addHelpText('after', examples('tradectl report --last --home ./paper'))
    .action(() => dispatch(async (context) => (await import('./report.ts')).report(context)));
  declareClosing(program, dispatch);
  program.commandsGroup('Safety:');
  declareAcknowledge(program, dispatch);
  declareHalt(program, dispatch);
  program
    .command('kill')
    .description('halt everything: no entries, entry orders cancelled, protection stays')
    .requiredOption('--reason <text>', 'why, for the journal', reasonFlag)
    .addHelpText(
      'after',
      examples('tradectl kill --reason "venue shows wrong prices"', 'tradectl halt show'),
    )
    .action((flags: HaltSetFlags) =>
      dispatch(async (context) => (await import('./kill.ts')).killBot(context, flags)),
    );
}

function declareRun(program: Command, dispatch: Dispatch): void {
  program
    .command('run')
    .description('run the bot; without flags on the bundled recording, on paper')
    .option('--feed <dir>', 'directory of a recording')
    .option('--from <time>', 'first cycle at or after this UTC time', timeFlag)
    .option('--to <time>', 'last cycle at or before this UTC time', timeFlag)
    .option('--speed <speed>', 'max, or real: one cycle every 60 s', 'max')
    .option('--cycles <n>', 'stop after n cycles', countFlag)
    .option('--once', 'one cycle, then stop in order')
    .option('--venue <name>', 'krakenfutures, binanceusdm, bybit; default: the configuration')
    .option('--mode <mode>', 'paper: live prices, simulated fills; live: orders that cost money')
    .option('--confirm <account>', 'the account of the configuration: live trading is typed')
    .option('--rehearse <url>', 'a local rehearsal venue in place of the real one')
    .addHelpText(
      'after',
      examples(
        'tradectl run',
        'tradectl run --home ./paper --cycles 500',
        'tradectl run --feed ./markets --from 2023-01-01 --to 2023-02-01',
        'tradectl run --venue krakenfutures --home ./kraken-paper',
        'tradectl run --venue krakenfutures --rehearse http://127.0.0.1:4711',
        'tradectl run --venue krakenfutures --mode live --confirm main',
      ),
    )
    .action((flags: RunFlags) =>
      dispatch(async (context) => (await import('./run.ts')).run(context, flags)),
    );
}

function declareClosing(program: Command, dispatch: Dispatch): void {
  program
    .command('close <symbol>')
    .description('close a position reduce-only; its stop stays until flat is proven')
    .option('--reason <text>', 'why, for the journal', reasonFlag)
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('tradectl close TON', 'tradectl close PF_XBTUSD --yes'))
    .action((written: string, flags: CloseFlags) =>
      dispatch(async (context) => (await import('./close.ts')).close(context, written, flags)),
    );
  program
    .command('partial-close [symbol]')
    .description('close a part reduce-only, in quantities the venue takes')
    .option('--all', 'every open position, instead of a symbol')
    .option('--fraction <f>', 'share of what is open, above 0 and at most 1', amountFlag)
    .option('--quantity <q>', 'amount to close', amountFlag)
    .option('--round-up', 'raise an amount below the minimum to the minimum')
    .option('--allow-full', 'close everything when the rest would be below the minimum')
    .option('--dry-run', 'show what would be sent, send nothing; exit 1 when a row is refused')
    .option('--reason <text>', 'why, for the journal', reasonFlag)
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples(
        'tradectl partial-close TON --fraction 0.5 --dry-run',
        'tradectl partial-close PF_XBTUSD --quantity 0.001 --yes',
        'tradectl partial-close --all --fraction 0.25 --round-up',
      ),
    )
    .action((written: string | undefined, flags: PartialCloseFlags) =>
      dispatch(async (context) =>
        (await import('./partial-close.ts')).partialClose(context, written, flags),
      ),
    );
  program
    .command('flatten')
    .description('close every position of the venue, until flat is proven')
    .option('--confirm <account>', "the account's name, instead of typing it")
    .option('--reason <text>', 'why, for the journal', reasonFlag)
    .addHelpText('after', examples('tradectl flatten', 'tradectl flatten --confirm paper'))
    .action((flags: FlattenFlags) =>
      dispatch(async (context) => (await import('./flatten.ts')).flatten(context, flags)),
    );
}

function declareAcknowledge(program: Command, dispatch: Dispatch): void {
  program
    .command('acknowledge <symbol>')
    .description('say that you looked at what the bot cannot know; entries go on')
    .requiredOption('--reason <text>', 'what you found, for the journal', reasonFlag)
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples('tradectl status', 'tradectl acknowledge TON --reason "closed by hand"'),
    )
    .action((written: string, flags: AcknowledgeFlags) =>
      dispatch(async (context) =>
        (await import('./acknowledge.ts')).acknowledge(context, written, flags),
      ),
    );
}

function declareHalt(program: Command, dispatch: Dispatch): void {
  const halt = program
    .command('halt')
    .description('show, set and clear what keeps the bot from opening risk');
  halt
    .command('show')
    .description('the halts that stand, and how to clear them')
    .option('--check', 'exit 1 while any halt stands')
    .addHelpText('after', examples('tradectl halt show', 'cat ~/.tradectl/halt_state.json'))
    .action((flags: { check?: boolean }) =>
      dispatch(async (context) => (await import('./halt.ts')).showHalts(context, flags)),
    );
  halt
    .command('set')
    .description('stop opening risk; stops, targets and exits live on')
    .requiredOption('--reason <text>', 'why, for the journal', reasonFlag)
    .addHelpText('after', examples('tradectl halt set --reason "release day"'))
    .action((flags: HaltSetFlags) =>
      dispatch(async (context) => (await import('./halt.ts')).setHaltByHand(context, flags)),
    );
  halt
    .command('clear <id>')
    .description('let the bot trade again; the halt is archived, never deleted')
    .requiredOption('--reason <text>', 'why it is over, for the journal', reasonFlag)
    .option('--confirm <id>', 'the id again, instead of typing it')
    .option('--despite-findings', 'clear although the cause still holds')
    .option('--reset-peak', 'also measure drawdown from the equity of now')
    .addHelpText(
      'after',
      examples(
        'tradectl halt show',
        'tradectl halt clear halt-1f2e3d4c5b6a7988 --reason "deposit arrived"',
      ),
    )
    .action((id: string, flags: HaltClearFlags) =>
      dispatch(async (context) => (await import('./halt.ts')).clearHaltByHand(context, id, flags)),
    );
}
