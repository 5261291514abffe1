/** One line of a hover card or a list of facts. */
export type Fact = readonly [name: string, value: string];
