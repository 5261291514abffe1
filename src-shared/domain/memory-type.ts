/**
 * What a frame is a frame of: ordinary RAM, or one of the ZONE_DEVICE types (include/linux/memremap.h): file-system DAX, device-dax
 * (GENERIC), a PCI BAR (PCI_P2PDMA), GPU memory that the CPU cannot reach (PRIVATE) or can (COHERENT).
 */
export const MEMORY_TYPES = ['normal', 'fsdax', 'devdax', 'p2pdma', 'private', 'coherent'] as const;
export type MemoryType = (typeof MEMORY_TYPES)[number];

/** What the kernel calls its pages. */
export const PAGE_OF_TYPE: Readonly<Record<MemoryType, string>> = {
  normal: 'page', fsdax: 'FS_DAX page', devdax: 'GENERIC page', p2pdma: 'PCI_P2PDMA page', private: 'device-private page', coherent: 'device-coherent page',
};
