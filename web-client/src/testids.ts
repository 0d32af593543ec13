// The names by which browser tests find things. They change only together with the tests.

export const T = {
  // Sign-in and frame of every page
  signIn: 'sign-in',
  /** `sign-in-person` with `data-person=<name>` on each demo person's button. */
  signInPerson: 'sign-in-person',
  /** The way to the provider. */
  signInGo: 'sign-in-go',
  signOut: 'sign-out',
  /** Who is signed in; `data-user=<id>`. */
  whoami: 'whoami',
  /** Only there while the connection is not live; `data-state=connecting|waiting|away|catching_up|late|not_live`. */
  connection: 'connection',
  connectionRetry: 'connection-retry',
  /** On the page's root; `data-live=true|false`. */
  page: 'page',
  /** A refusal in words; `data-code`. */
  problem: 'problem',
  problemDismiss: 'problem-dismiss',
  problemRetry: 'problem-retry',

  signedOut: 'signed-out',
  siteLinks: 'site-links',
  preferences: 'preferences',
  preferencesTheme: 'preferences-theme',
  preferencesLanguage: 'preferences-language',
  preferencesSound: 'preferences-sound',
  preferencesNotify: 'preferences-notify',
  preferencesUnkept: 'preferences-unkept',
  habitsEnter: 'habits-enter',
  habitsUndo: 'habits-undo',
  replyAssigns: 'reply-assigns',
  /** A sentence that goes by itself. */
  toast: 'toast',
  toastAction: 'toast-action',
  /** Messages that were not sent, of tickets that are not open; `data-refused=<n>`, `data-paused=<n>`. */
  unsent: 'unsent',
  /** One of them; `data-key`. */
  unsentOne: 'unsent-one',
  unsentOpen: 'unsent-open',
  unsentSend: 'unsent-send',
  unsentDiscard: 'unsent-discard',
  /** On a row; `data-state=refused|waiting`. */
  rowUnsent: 'row-unsent',

  // Lists
  /** Who wrote last; `data-side=customer|staff`. */
  rowLast: 'row-last',
  rowViewers: 'row-viewers',
  /** How long the customer has waited; `data-since`. */
  rowWait: 'row-wait',
  tabActive: 'tab-active',
  tabClosed: 'tab-closed',
  ticketList: 'ticket-list',
  /** One row; `data-number=TKT-…`, `data-unread=true|false`, `data-status`, `data-priority`. */
  ticketRow: 'ticket-row',
  ticketSnippet: 'ticket-snippet',
  expect: 'expect',
  listEmpty: 'list-empty',
  listMore: 'list-more',

  // New ticket
  newTicket: 'new-ticket',
  newForm: 'new-form',
  newSubject: 'new-subject',
  newCategory: 'new-category',
  newPriority: 'new-priority',
  newDescription: 'new-description',
  newSubmit: 'new-submit',

  // An open ticket, both pages
  /** `data-number`, `data-status`. */
  ticket: 'ticket',
  ticketMissing: 'ticket-missing',
  ticketNumber: 'ticket-number',
  ticketSubject: 'ticket-subject',
  /** `data-value=<word>`. */
  ticketStatus: 'ticket-status',
  /** `data-value=<word>`. */
  ticketPriority: 'ticket-priority',
  /** `data-value=<word>`. */
  ticketCategory: 'ticket-category',
  ticketAssignee: 'ticket-assignee',
  /** `data-value=<1..5>`, only there when rated. */
  ticketRating: 'ticket-rating',
  ticketClose: 'ticket-close',
  ticketReopen: 'ticket-reopen',
  back: 'back',

  // Thread
  /** `data-position=<last contiguous number>`. */
  timeline: 'timeline',
  timelineOlder: 'timeline-older',
  /** A message; `data-key`, `data-mine=true|false`, `data-note=true|false`, `data-seq` (once stored), `data-state=waiting|stored|seen|refused|received`. */
  message: 'message',
  messageBody: 'message-body',
  messageState: 'message-state',
  messageRetry: 'message-retry',
  messageInsist: 'message-insist',
  messageRewrite: 'message-rewrite',
  messageDiscard: 'message-discard',
  /** What can be done with a stored message. */
  messageTools: 'message-tools',
  messageEdit: 'message-edit',
  messageRemove: 'message-remove',
  /** The form in which a message is changed. */
  messageForm: 'message-form',
  messageText: 'message-text',
  messageSave: 'message-save',
  messageGiveUp: 'message-give-up',
  messageRemoveYes: 'message-remove-yes',
  messageRemoveNo: 'message-remove-no',
  /** "edited", with its time; for the team it opens the earlier versions. */
  messageEdited: 'message-edited',
  messageVersion: 'message-version',
  /** On a message that is held before it is sent. */
  messageHeld: 'message-held',
  messageUndo: 'message-undo',
  /** A change told in words; `data-kind`. */
  activity: 'activity',
  typing: 'typing',
  timelineLatest: 'timeline-latest',
  /** The mark before what is new. */
  timelineNew: 'timeline-new',

  // Composer
  composer: 'composer',
  composerInput: 'composer-input',
  composerSend: 'composer-send',
  composerResolve: 'composer-resolve',
  /** What Enter does, to be changed; `data-value=sends|breaks`. */
  composerEnter: 'composer-enter',
  composerReply: 'composer-reply',
  composerNote: 'composer-note',
  /** "Somebody has written since", before anything is sent. */
  composerStale: 'composer-stale',

  /** A pasted or dropped file was turned away. */
  composerFiles: 'composer-files',

  // Details of an open ticket
  details: 'details',
  detailsToggle: 'details-toggle',
  history: 'history',

  // Rating (support)
  rating: 'rating',
  /** `data-value=<1..5>`. */
  ratingStar: 'rating-star',
  ratingComment: 'rating-comment',
  ratingSubmit: 'rating-submit',
  ratingDone: 'rating-done',
  ratingChange: 'rating-change',
  outdated: 'outdated',
  ratingThanks: 'rating-thanks',

  // Console
  /** One of the views; `data-view`, `data-count`, `aria-pressed`. */
  view: 'view',
  sort: 'sort',
  filtersToggle: 'filters-toggle',
  /** "n updates": the list is held still under the cursor. */
  listHeld: 'list-held',
  select: 'select',
  skip: 'skip',
  timelineTold: 'timeline-told',
  bulk: 'bulk',
  bulkTake: 'bulk-take',
  bulkStatus: 'bulk-status',
  bulkPriority: 'bulk-priority',
  /** `data-done`, `data-refused`. */
  bulkResult: 'bulk-result',
  bulkClear: 'bulk-clear',
  /** `data-panel=details|customer|history`. */
  panelTab: 'panel-tab',
  customer: 'customer',
  historyFilter: 'history-filter',
  historyRow: 'history-row',
  /** The menu of saved replies over the composer. */
  replyMenu: 'reply-menu',
  replyOption: 'reply-option',
  replies: 'replies',
  replyRow: 'reply-row',
  replyNew: 'reply-new',
  replyShortcut: 'reply-shortcut',
  replyTitle: 'reply-title',
  replyBody: 'reply-body',
  replySave: 'reply-save',
  replyDelete: 'reply-delete',
  replyDeleteSure: 'reply-delete-sure',
  /** The menu's way to the settings. */
  menuSettings: 'menu-settings',
  settings: 'settings',
  settingsNav: 'settings-nav',
  settingsLink: 'settings-link',
  settingsBack: 'settings-back',
  settingsOnlyAdmins: 'settings-only-admins',
  /** The screen of the team and its roles. */
  roles: 'roles',
  /** `data-user`, `data-role`. */
  roleRow: 'role-row',
  roleSelect: 'role-select',
  roleRemove: 'role-remove',
  roleRemoveSure: 'role-remove-sure',
  roleEmail: 'role-email',
  roleFind: 'role-find',
  roleChange: 'role-change',
  /** How many were found; `data-count`. */
  roleTold: 'role-told',
  /** `data-user`. */
  roleFound: 'role-found',
  roleMakeAgent: 'role-make-agent',
  roleMakeAdmin: 'role-make-admin',
  /** The screen of opening hours; `data-saved=true|false`. */
  hours: 'hours',
  hoursKept: 'hours-kept',
  hoursZone: 'hours-zone',
  /** A day; `data-day=mon|…`. Its fields bear `data-span=<0…>`. */
  hoursDay: 'hours-day',
  hoursOpen: 'hours-open',
  hoursFrom: 'hours-from',
  hoursTo: 'hours-to',
  hoursAdd: 'hours-add',
  hoursRemove: 'hours-remove',
  hoursNotice: 'hours-notice',
  hoursSave: 'hours-save',
  /** What stands at a field that is not right; `data-fault`. */
  hoursFault: 'hours-fault',
  hoursState: 'hours-state',
  palette: 'palette',
  paletteInput: 'palette-input',
  paletteOption: 'palette-option',
  keys: 'keys',
  stats: 'stats',
  /** `data-stat=open|in_progress|…`, `data-value`. */
  stat: 'stat',
  filterStatus: 'filter-status',
  filterCategory: 'filter-category',
  filterPriority: 'filter-priority',
  filterAssignee: 'filter-assignee',
  filterClear: 'filter-clear',
  searchRefused: 'search-refused',
  search: 'search',
  assignMe: 'assign-me',
  assignTo: 'assign-to',
  setStatus: 'set-status',
  setPriority: 'set-priority',
  setCategory: 'set-category',
  viewers: 'viewers',
  ticketNext: 'ticket-next',
  ticketUnread: 'ticket-unread',
  notStaff: 'not-staff',
  ownTicket: 'own-ticket',

  // Widget
  widgetHome: 'widget-home',
  /** The text that becomes a ticket. */
  ask: 'ask',
  askText: 'ask-text',
  askSend: 'ask-send',
  /** `data-value=<word>`, `aria-pressed`. */
  askCategory: 'ask-category',
  /** Why it was not sent; `data-why=offline|unreachable|<code>`. */
  askNotice: 'ask-notice',
  /** On its way; the text stands in it. */
  askSent: 'ask-sent',
  widgetGreeting: 'widget-greeting',
  widgetTeam: 'widget-team',
  widgetLogo: 'widget-logo',
  widgetClose: 'widget-close',
  /** `data-open`, `data-online`. */
  availability: 'availability',
} as const

/** At sign-out, in a part of its own, which the widget does not load: what becomes of the messages that are not sent yet. */
export const SIGN_OUT = { ask: 'sign-out-ask', send: 'sign-out-send', keep: 'sign-out-keep', discard: 'sign-out-discard', narrow: 'sign-out-narrow' } as const

/** The tour of the console. */
export const TOUR = {
  card: 'tour',
  next: 'tour-next',
  end: 'tour-end',
  offer: 'tour-offer',
  start: 'tour-start',
} as const
