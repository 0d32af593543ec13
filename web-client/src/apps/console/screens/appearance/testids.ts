// Test ids of the appearance screen.

export const A = {
  screen: 'appearance',
  /** The picture of a theme. The element also has `data-value`: `auto`, `light` or `dark`. */
  theme: 'appearance-theme',
  language: 'appearance-language',
  sound: 'appearance-sound',
  notify: 'appearance-notify',
  notifyRefused: 'appearance-notify-refused',
  /** The element also has `data-alert`: `unassigned` or `urgent`. */
  alert: 'appearance-alert',
  when: 'appearance-when',
  enter: 'appearance-enter',
  undo: 'appearance-undo',
  keys: 'appearance-keys',
  showKeys: 'appearance-show-keys',
  unkept: 'appearance-unkept',
} as const
