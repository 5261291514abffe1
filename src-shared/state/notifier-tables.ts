import { count, flag, id, int, lock, table } from './table';

/** What an address space tells those who copied its page tables (struct mmu_notifier_subscriptions). */
export const notifiers = table('mmu notifier', 'Invalidations of an address space that are going on.', {
  process: id('the address space'),
  active: count('invalidate_start without its invalidate_end (active_invalidate_ranges)'),
  begun: count('invalidations so far (invalidate_seq)', { hidden: true }),
}, {}, ['process']);

/**
 * A range of an address space that a device copied the page tables of (struct mmu_interval_notifier). Who reads under the notifier is
 * a bit instead of a sequence number that differs: states can come back, and nothing else asks for the number.
 */
export const intervals = table('mmu interval', 'Part of an address space that a device hears about.', {
  process: id('the address space'),
  subscriber: id('the address space of a GPU or the registration that hears'),
  vpnFirst: int('first virtual page', { hidden: true }),
  pageCount: count('length; 0 is not subscribed', { unit: 'pages' }),
  lock: lock('the lock under which the subscriber changes its own page table (umem_mutex, driver lock)'),
  invalid: flag('told of an invalidation that is still going on: readers have to wait'),
  reading: int('actors between mmu_interval_read_begin() and mmu_interval_read_retry() that nothing collided with, a bit each'),
}, {}, ['process', 'subscriber']);
