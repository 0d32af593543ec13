// An inbox watch (subscription to changes of all tickets) that does nothing. Customer sessions use it, because only the console's lists
// need the changes.

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
