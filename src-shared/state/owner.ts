/** Values of `hosts.owner` besides the n-th file. */
export const OWNER_FREE = 0;
export const OWNER_BUSY_DAX = -1;
export const OWNER_IN_TRANSACTION = -2;
