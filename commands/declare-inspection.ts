/** Commands that only look: status, positions, orders, trades, why, markets, structure. */
import type { Command } from 'commander';
import { examples, type Dispatch } from './dispatch.ts';
import { countFlag, rowsFlag, timeframeFlag } from './flags.ts';
import type { StructureFlags } from './structure.ts';

export function declareInspection(program: Command, dispatch: Dispatch): void {
  program.commandsGroup('Looking:');
  program
    .command('status')
    .description('state, halts, run, equity, positions and what is wrong')
    .option('--check', 'exit 1 when anything is wrong')
    .addHelpText('after', examples('tradectl status', 'tradectl status --check --json'))
    .action((flags: { check?: boolean }) =>
      dispatch(async (context) => (await import('./status.ts')).status(context, flags)),
    );
  declareTables(program, dispatch);
  program
    .command('why [symbol]')
    .description('the funnel of decisions, or the last decision on one market')
    .addHelpText('after', examples('tradectl why', 'tradectl why TON', 'tradectl why --json'))
    .action((written: string | undefined) =>
      dispatch(async (context) => (await import('./why.ts')).why(context, written ?? null)),
    );
  program
    .command('structure [symbol]')
    .description('swings, BOS and CHoCH of a market or of a candle file')
    .option('--candles <file>', 'CSV file instead of a market of this home')
    .option('--timeframe <tf>', '1m, 5m, 15m, 1h, 4h or 1d (4h)', timeframeFlag)
    .option('--swing-length <n>', 'bars that confirm a swing', countFlag)
    .addHelpText(
      'after',
      examples('tradectl structure TON', 'tradectl structure --candles ton.csv --timeframe 4h'),
    )
    .action((written: string | undefined, flags: StructureFlags) =>
      dispatch(async (context) =>
        (await import('./structure.ts')).structure(context, written ?? null, flags),
      ),
    );
}

function declareTables(program: Command, dispatch: Dispatch): void {
  program
    .command('positions')
    .description('open positions with what protects them')
    .option('--closed', 'closed ones instead, newest first')
    .option('--limit <n>', 'how many closed ones; 0 is all', rowsFlag, 50)
    .addHelpText('after', examples('tradectl positions', 'tradectl positions --closed'))
    .action((flags: { closed?: boolean; limit: number }) =>
      dispatch(async (context) => (await import('./positions.ts')).positions(context, flags)),
    );
  program
    .command('orders')
    .description('orders that may still trade')
    .option('--all', 'also those that ended, newest first')
    .option('--limit <n>', 'how many; 0 is all', rowsFlag, 100)
    .addHelpText('after', examples('tradectl orders', 'tradectl orders --all --limit 20'))
    .action((flags: { all?: boolean; limit: number }) =>
      dispatch(async (context) => (await import('./orders.ts')).orders(context, flags)),
    );
  program
    .command('trades')
    .description('closed positions: entry, exit, reason, profit, fees, time held')
    .option('--limit <n>', 'how many, newest first; 0 is all', rowsFlag, 50)
    .addHelpText('after', examples('tradectl trades', 'tradectl trades --limit 500 --json'))
    .action((flags: { limit: number }) =>
      dispatch(async (context) => (await import('./trades.ts')).trades(context, flags)),
    );
  program
    .command('markets')
    .description('every market: tier, volume, last decision, why it was set aside')
    .addHelpText('after', examples('tradectl markets', 'tradectl markets --json'))
    .action(() => dispatch(async (context) => (await import('./markets.ts')).markets(context)));
}
