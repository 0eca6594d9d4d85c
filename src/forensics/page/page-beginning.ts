/** How the page of a trace begins: what else begins so is a page of ours, and only that may be replaced. */
export const PAGE_BEGINNING = '<!doctype html>\n<!-- a page of tradectl trace -->\n';
