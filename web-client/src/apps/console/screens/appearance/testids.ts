// The names by which browser tests find things on this screen.

export const A = {
  screen: 'appearance',
  /** A theme's picture; `data-value=auto|light|dark`. */
  theme: 'appearance-theme',
  language: 'appearance-language',
  sound: 'appearance-sound',
  notify: 'appearance-notify',
  notifyRefused: 'appearance-notify-refused',
  /** `data-alert=unassigned|urgent`. */
  alert: 'appearance-alert',
  when: 'appearance-when',
  enter: 'appearance-enter',
  undo: 'appearance-undo',
  keys: 'appearance-keys',
  showKeys: 'appearance-show-keys',
  unkept: 'appearance-unkept',
} as const
