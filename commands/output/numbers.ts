/** Figures for people: grouped money, percent, UTC minutes. Programs read `--json`. */
import { decimal } from '../../src/domain/decimal.ts';
import { isoTime, ms } from '../../src/domain/clock.ts';

/** Decimal text as `12,345.68`; a dash for unknown. */
export function money(value: string | null): string {
  if (value === null) return '-';
  const [whole = '0', cents = '00'] = decimal(value).toFixed(2).split('.');
  const zero = /^-0$/.test(whole) && cents === '00';
  return `${(zero ? '0' : whole).replace(/\B(?=(\d{3})+(?!\d))/g, ',')}.${cents}`;
}

/** As {@link money}, with a plus sign for a profit. */
export function signedMoney(value: string | null): string {
  const written = money(value);
  return value !== null && decimal(value).gt(0) && written !== '0.00' ? `+${written}` : written;
}

/** An average price, short enough for a column: seven digits; the exact one is in `--json`. */
export function averagePrice(value: string | null): string {
  return value === null ? '-' : decimal(value).toSignificantDigits(7).toFixed();
}

/** A fraction as percent: `0.1234` is `12.34%`. */
export function percent(fraction: string | null): string {
  return fraction === null ? '-' : `${decimal(fraction).mul(100).toFixed(2)}%`;
}

/** `2023-01-31 16:00Z`. */
export function utcMinute(at: number | null): string {
  return at === null ? '-' : `${isoTime(ms(at)).slice(0, 16).replace('T', ' ')}Z`;
}
