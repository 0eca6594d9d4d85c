/** The shape of a documented view, and its SQL: views are data, so that the page about them can be checked. */

export interface ViewColumn {
  readonly name: string;
  readonly sql: string;
  readonly about: string;
}

export interface QueryView {
  readonly name: string;
  readonly about: string;
  /** What follows FROM. */
  readonly from: string;
  readonly columns: readonly ViewColumn[];
}

/** A column that is stored under this name (or as `sql` says). */
export function column(name: string, about: string, sql: string = name): ViewColumn {
  return { name, sql, about };
}

/** A time twice: `name` for people (ISO, UTC), `name_ms` for arithmetic and for the index. */
export function time(name: string, about: string, sql = `${name}_ms`): ViewColumn[] {
  return [
    column(name, `${about}, ISO time`, isoOf(sql)),
    column(`${name}_ms`, 'the same in UTC milliseconds', sql),
  ];
}

/** A key of the payload; NULL where a payload was damaged, so that one bad row does not end the query. */
export function field(name: string, about: string, path: string = name): ViewColumn {
  return column(name, about, fieldOf('payload', path));
}

export function fieldOf(json: string, path: string): string {
  return `CASE WHEN json_valid(${json}) THEN ${json} ->> '$.${path}' END`;
}

export function isoOf(ms: string): string {
  return `strftime('%Y-%m-%dT%H:%M:%fZ', ${ms} / 1000.0, 'unixepoch')`;
}

/** A TEMP view lives in the connection that asks: the file and its schema stay untouched. */
export function viewSql({ name, from, columns }: QueryView): string {
  const list = columns.map((each) => `${each.sql} AS ${each.name}`).join(', ');
  return `CREATE TEMP VIEW ${name} AS SELECT ${list} FROM ${from}`;
}
