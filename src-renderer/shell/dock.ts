import { reactive } from 'vue';

export const DOCK_TABS = [
  { id: 'timeline', title: 'Timeline' },
  { id: 'pagemap', title: 'Page map' },
  { id: 'events', title: 'Events' },
  { id: 'objects', title: 'Objects' },
  { id: 'problems', title: 'Problems' },
] as const;

/** Which view of the run is open at the bottom. */
export const dock = reactive<{ tab: (typeof DOCK_TABS)[number]['id'] }>({ tab: 'timeline' });
