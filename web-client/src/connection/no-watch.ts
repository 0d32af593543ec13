// A watch that does nothing. Customer sessions use it, because only the lists of the console need a watch.

import type { InboxWatch } from './inbox-watch.ts'

const NONE: InboxWatch = {
  state: () => 'off',
  onState: () => () => {},
  again() {},
  add: () => () => {},
  frame() {},
  presence() {},
  live() {},
  cut() {},
}

export const noInboxWatch = (): InboxWatch => NONE
