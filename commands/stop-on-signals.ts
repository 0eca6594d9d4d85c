/**
 * The first Ctrl-C, or TERM from a supervisor, asks a command to end in order; with our handlers gone, the second
 * ends the process by default.
 */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export interface StopOptions {
  readonly names?: readonly StopSignal[];
  /** Called before the signal aborts. */
  readonly announce?: (name: StopSignal) => void;
  /** A reader that went away (`| head`) stops it too: nobody is left to work for. */
  readonly withReader?: boolean;
}

export interface Stop {
  readonly signal: AbortSignal;
  /** Takes the handlers away; call it when the work is done. */
  readonly release: () => void;
}

export function stopOnSignals(options: StopOptions = {}): Stop {
  const { names = ['SIGINT', 'SIGTERM'], announce, withReader = false } = options;
  const controller = new AbortController();
  const release = (): void => {
    for (const name of names) process.removeListener(name, onSignal);
    process.stdout.removeListener('close', onReaderGone);
  };
  const onSignal = (name: NodeJS.Signals): void => {
    release();
    announce?.(name as StopSignal);
    controller.abort(name);
  };
  const onReaderGone = (): void => controller.abort('the reader went away');
  for (const name of names) process.on(name, onSignal);
  if (withReader) process.stdout.once('close', onReaderGone);
  return { signal: controller.signal, release };
}
