/** What tests find on this screen, beside the names in src/testids.ts. */
export const R = {
  search: 'replies-search',
  /** All, the team's, or one's own. */
  scope: 'replies-scope',
  /** `data-folder`; empty: in none. */
  folder: 'replies-folder',
  open: 'reply-open',
  menu: 'reply-menu-button',
  /** `data-id`. */
  form: 'reply-form',
  folderField: 'reply-folder-field',
  personal: 'reply-personal',
  /** `data-variable`. */
  variable: 'reply-variable',
  preview: 'reply-preview',
  nameless: 'reply-nameless',
  unknown: 'reply-unknown',
  unsaved: 'reply-unsaved',
  overtaken: 'reply-overtaken',
  cancel: 'reply-cancel',
  copy: 'reply-copy',
} as const
