/** Test ids of the widget screen. */
export const W = {
  /** The element also has `data-saved`: whether all settings in the form are saved (`true` or `false`). */
  form: 'widget-form',
  color: 'widget-color',
  colorPicker: 'widget-color-picker',
  colorNote: 'widget-color-note',
  teamName: 'widget-team-name',
  greeting: 'widget-greeting-field',
  position: 'widget-position',
  category: 'widget-category',
  logoFile: 'widget-logo-file',
  logo: 'widget-logo',
  logoRemove: 'widget-logo-remove',
  logoFault: 'widget-logo-fault',
  /** The element also has `data-site`: the row's index, from 0. */
  site: 'widget-site',
  siteAdd: 'widget-site-add',
  siteRemove: 'widget-site-remove',
  /** The element also has `data-theme` (`light` or `dark`) and `data-position`. */
  preview: 'widget-preview',
  install: 'widget-install',
  /** The code that the admin copies. */
  code: 'widget-code',
  copy: 'widget-copy',
  copied: 'widget-copied',
  save: 'widget-save',
  discard: 'widget-discard',
  overtaken: 'widget-overtaken',
} as const
