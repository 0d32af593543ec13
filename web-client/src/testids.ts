// The ids by which browser tests find elements. Change them only together with the tests.

export const T = {
  // Sign-in and frame of every page
  signIn: 'sign-in',
  /** On each demo person's button, with `data-person=<name>`. */
  signInPerson: 'sign-in-person',
  /** The link to the sign-in provider. */
  signInGo: 'sign-in-go',
  signOut: 'sign-out',
  /** Who is signed in; `data-user=<id>`. */
  whoami: 'whoami',
  /** Present only while the connection is not live; `data-state=connecting|waiting|away|catching_up|late|not_live`. */
  connection: 'connection',
  connectionRetry: 'connection-retry',
  /** On the page's root; `data-live=true|false`. */
  page: 'page',
  /** A refusal as a sentence; `data-code`. */
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
  /** A sentence that disappears after a few seconds. */
  toast: 'toast',
  toastAction: 'toast-action',
  /** Unsent messages of tickets that are not open; `data-refused=<n>`, `data-paused=<n>`. */
  unsent: 'unsent',
  /** One unsent message; `data-key`. */
  unsentOne: 'unsent-one',
  unsentOpen: 'unsent-open',
  unsentSend: 'unsent-send',
  unsentDiscard: 'unsent-discard',
  /** The mark for unsent messages on a row; `data-state=refused|waiting`. */
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

  // An open ticket, on both pages
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
  /** `data-value=<1..5>`; present only when rated. */
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
  /** The actions for a stored message. */
  messageTools: 'message-tools',
  messageEdit: 'message-edit',
  messageRemove: 'message-remove',
  /** The form for editing a message. */
  messageForm: 'message-form',
  messageText: 'message-text',
  messageSave: 'message-save',
  messageGiveUp: 'message-give-up',
  messageRemoveYes: 'message-remove-yes',
  messageRemoveNo: 'message-remove-no',
  /** "edited", with the time; for the team it opens the earlier versions. */
  messageEdited: 'message-edited',
  messageVersion: 'message-version',
  /** On a message that is held before it is sent. */
  messageHeld: 'message-held',
  messageUndo: 'message-undo',
  /** A change as a sentence; `data-kind`. */
  activity: 'activity',
  typing: 'typing',
  timelineLatest: 'timeline-latest',
  /** The mark before new messages. */
  timelineNew: 'timeline-new',

  // Composer
  composer: 'composer',
  composerInput: 'composer-input',
  composerSend: 'composer-send',
  composerResolve: 'composer-resolve',
  /** Changes what Enter does; `data-value=sends|breaks`. */
  composerEnter: 'composer-enter',
  composerReply: 'composer-reply',
  composerNote: 'composer-note',
  /** The warning about new messages, shown before anything is sent. */
  composerStale: 'composer-stale',

  /** The notice that a pasted or dropped file was rejected. */
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
  /** The notice "n updates", shown while the list keeps its order because the pointer is over it. */
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
  /** The menu of saved replies above the composer. */
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
  /** The menu's link to the settings. */
  menuSettings: 'menu-settings',
  settings: 'settings',
  settingsNav: 'settings-nav',
  settingsLink: 'settings-link',
  settingsBack: 'settings-back',
  settingsOnlyAdmins: 'settings-only-admins',
  /** The screen for the team and its roles. */
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
  /** The screen for opening hours; `data-saved=true|false`. */
  hours: 'hours',
  hoursKept: 'hours-kept',
  hoursZone: 'hours-zone',
  /** A day; `data-day=mon|…`. Its fields have `data-span=<0…>`. */
  hoursDay: 'hours-day',
  hoursOpen: 'hours-open',
  hoursFrom: 'hours-from',
  hoursTo: 'hours-to',
  hoursAdd: 'hours-add',
  hoursRemove: 'hours-remove',
  hoursNotice: 'hours-notice',
  hoursSave: 'hours-save',
  /** What is wrong with a field; `data-fault`. */
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
  /** Why the text was not sent; `data-why=offline|unreachable|<code>`. */
  askNotice: 'ask-notice',
  /** The text while it is being sent. */
  askSent: 'ask-sent',
  widgetGreeting: 'widget-greeting',
  widgetTeam: 'widget-team',
  widgetLogo: 'widget-logo',
  widgetClose: 'widget-close',
  /** `data-open`, `data-online`. */
  availability: 'availability',
} as const

/** The question at sign-out about unsent messages. A separate object, because the widget does not load it. */
export const SIGN_OUT = { ask: 'sign-out-ask', send: 'sign-out-send', keep: 'sign-out-keep', discard: 'sign-out-discard', narrow: 'sign-out-narrow' } as const

/** The tour of the console. */
export const TOUR = {
  card: 'tour',
  next: 'tour-next',
  end: 'tour-end',
  offer: 'tour-offer',
  start: 'tour-start',
} as const
