/** What tests find on the screen of the widget. */
export const W = {
  /** `data-saved=true|false`. */
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
  /** `data-site=<0…>`. */
  site: 'widget-site',
  siteAdd: 'widget-site-add',
  siteRemove: 'widget-site-remove',
  /** `data-theme=light|dark`, `data-position`. */
  preview: 'widget-preview',
  install: 'widget-install',
  /** What is to be copied. */
  code: 'widget-code',
  copy: 'widget-copy',
  copied: 'widget-copied',
  save: 'widget-save',
  discard: 'widget-discard',
  overtaken: 'widget-overtaken',
} as const
