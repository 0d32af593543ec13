// For sessions of customers: only the team's lists need a watch.

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
