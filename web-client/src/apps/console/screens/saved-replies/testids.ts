/** Test ids that only the saved replies screen uses. The shared test ids are in src/testids.ts. */
export const R = {
  search: 'replies-search',
  /** The filter by owner: all saved replies, the team's, or the person's own. */
  scope: 'replies-scope',
  /** The element also has `data-folder`: the name of the folder, or empty for replies without a folder. */
  folder: 'replies-folder',
  open: 'reply-open',
  menu: 'reply-menu-button',
  /** The element also has `data-id`: the id of the reply. */
  form: 'reply-form',
  folderField: 'reply-folder-field',
  personal: 'reply-personal',
  /** The element also has `data-variable`: the name of the variable. */
  variable: 'reply-variable',
  preview: 'reply-preview',
  nameless: 'reply-nameless',
  unknown: 'reply-unknown',
  unsaved: 'reply-unsaved',
  overtaken: 'reply-overtaken',
  cancel: 'reply-cancel',
  copy: 'reply-copy',
} as const
