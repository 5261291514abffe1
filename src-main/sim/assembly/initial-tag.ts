/** Content that the n-th file has from the start; operations write tags above 0. */
export const initialTag = (nth: number): number => -nth;
