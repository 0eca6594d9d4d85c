/** Nominal typing: a branded value compiles only where its own brand is asked for. */
declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
