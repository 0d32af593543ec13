// The element ids (`data-testid`) that browser tests use. Change an id only together with the tests.

export const T = {
  // Ids of the sign-in page, and of elements that every page has.
  signIn: 'sign-in',
  /** The button of each demo person, with the attribute `data-person=<name>`. */
  signInPerson: 'sign-in-person',
  /** The link to the sign-in provider. */
  signInGo: 'sign-in-go',
  signOut: 'sign-out',
  /** The signed-in person's name, with the attribute `data-user=<id>`. */
  whoami: 'whoami',
  /**
   * The connection notice, which exists only while the connection is not live. Attribute:
   * `data-state=connecting|waiting|away|catching_up|late|not_live`.
   */
  connection: 'connection',
  connectionRetry: 'connection-retry',
  /** The root element of the page, with the attribute `data-live=true|false`. */
  page: 'page',
  /** An error message about a refused request, with the error code in the attribute `data-code`. */
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
  /** A notice that disappears after a few seconds. */
  toast: 'toast',
  toastAction: 'toast-action',
  /**
   * The list of unsent messages of tickets that are not open. Attributes: `data-refused=<n>` is the number of messages that the server
   * refused; `data-paused=<n>` is the number of messages that were unsent when their author signed out.
   */
  unsent: 'unsent',
  /** One unsent message, with the message's idempotency key in the attribute `data-key`. */
  unsentOne: 'unsent-one',
  unsentOpen: 'unsent-open',
  unsentSend: 'unsent-send',
  unsentDiscard: 'unsent-discard',
  /** The icon in the list row of a ticket with unsent messages, with the attribute `data-state=refused|waiting`. */
  rowUnsent: 'row-unsent',

  // Ids of ticket lists.
  /** The author of the ticket's last message, with the attribute `data-side=customer|staff`. */
  rowLast: 'row-last',
  rowViewers: 'row-viewers',
  /** How long the customer has been waiting, with the start time in the attribute `data-since`. */
  rowWait: 'row-wait',
  tabActive: 'tab-active',
  tabClosed: 'tab-closed',
  ticketList: 'ticket-list',
  /** The row of one ticket. Attributes: `data-number=TKT-…`, `data-unread=true|false`, `data-status`, `data-priority`. */
  ticketRow: 'ticket-row',
  ticketSnippet: 'ticket-snippet',
  expect: 'expect',
  listEmpty: 'list-empty',
  listMore: 'list-more',

  // Ids of the form that creates a ticket.
  newTicket: 'new-ticket',
  newForm: 'new-form',
  newSubject: 'new-subject',
  newCategory: 'new-category',
  newPriority: 'new-priority',
  newDescription: 'new-description',
  newSubmit: 'new-submit',

  // Ids of an open ticket, used on the support page and in the console.
  /** The open ticket, with the attributes `data-number` and `data-status`. */
  ticket: 'ticket',
  ticketMissing: 'ticket-missing',
  ticketNumber: 'ticket-number',
  ticketSubject: 'ticket-subject',
  /** The ticket's status, with the status word in the attribute `data-value`. */
  ticketStatus: 'ticket-status',
  /** The ticket's priority, with the priority word in the attribute `data-value`. */
  ticketPriority: 'ticket-priority',
  /** The ticket's category, with the category word in the attribute `data-value`. */
  ticketCategory: 'ticket-category',
  ticketAssignee: 'ticket-assignee',
  /** The customer's rating, with the attribute `data-value=<1..5>`. Exists only if the ticket was rated. */
  ticketRating: 'ticket-rating',
  ticketClose: 'ticket-close',
  ticketReopen: 'ticket-reopen',
  back: 'back',

  // Ids of the ticket's messages and events.
  /** The list of messages and events. Its attribute `data-position` is the sequence number up to which the history has no gap. */
  timeline: 'timeline',
  timelineOlder: 'timeline-older',
  /**
   * One message. Attributes: `data-key` (the message's idempotency key), `data-mine=true|false`, `data-note=true|false`, `data-seq` (once
   * stored), `data-state=waiting|stored|seen|refused|received`.
   */
  message: 'message',
  messageBody: 'message-body',
  messageState: 'message-state',
  messageRetry: 'message-retry',
  messageInsist: 'message-insist',
  messageRewrite: 'message-rewrite',
  messageDiscard: 'message-discard',
  /** The actions that are offered for a stored message. */
  messageTools: 'message-tools',
  messageEdit: 'message-edit',
  messageRemove: 'message-remove',
  /** The form in which a message is edited. */
  messageForm: 'message-form',
  messageText: 'message-text',
  messageSave: 'message-save',
  messageGiveUp: 'message-give-up',
  messageRemoveYes: 'message-remove-yes',
  messageRemoveNo: 'message-remove-no',
  /** The label "edited" with the time of the edit. For staff, clicking it shows the earlier versions of the message. */
  messageEdited: 'message-edited',
  messageVersion: 'message-version',
  /** The countdown on a message that can still be undone before it is sent. */
  messageHeld: 'message-held',
  messageUndo: 'message-undo',
  /** A change of the ticket, described in a sentence, with the event's kind in the attribute `data-kind`. */
  activity: 'activity',
  typing: 'typing',
  timelineLatest: 'timeline-latest',
  /** The line above the first new message. */
  timelineNew: 'timeline-new',

  // Ids of the form for writing a message.
  composer: 'composer',
  composerInput: 'composer-input',
  composerSend: 'composer-send',
  composerResolve: 'composer-resolve',
  /** Changes what the Enter key does, with the attribute `data-value=sends|breaks`. */
  composerEnter: 'composer-enter',
  composerReply: 'composer-reply',
  composerNote: 'composer-note',
  /** The warning that new messages arrived while the author was writing. Shown before the message is sent. */
  composerStale: 'composer-stale',

  /** The notice that a chosen file was not added, with the reason in the attribute `data-why=many|large|empty|folder|off|unreachable`. */
  composerFiles: 'composer-files',

  // Ids of files.
  /** The files that are chosen for a text. */
  attach: 'attach',
  attachButton: 'attach-button',
  attachCamera: 'attach-camera',
  attachInput: 'attach-input',
  /** A chosen file. Attributes: `data-name`, `data-state=waiting|sending|pausing|stored|refused|lost`. */
  attachFile: 'attach-file',
  attachWords: 'attach-words',
  attachRetry: 'attach-retry',
  attachRemove: 'attach-remove',
  attachTold: 'attach-told',
  attachUnkept: 'attach-unkept',
  /** A file of a message. Attributes: `data-id`, `data-state`: the attachment's state, or of an unsent message, the upload's. */
  file: 'file',
  fileState: 'file-state',
  fileDownload: 'file-download',
  /** The preview of a picture, with the attribute `data-shown=true|false`. */
  filePreview: 'file-preview',
  /** The dialog with a message's pictures. The element inside it has the shown one's id in the attribute `data-id`. */
  gallery: 'gallery',
  galleryNext: 'gallery-next',
  galleryPrevious: 'gallery-previous',
  /** The list of a ticket's files, with the number of loaded ones in the attribute `data-count`. */
  ticketFiles: 'ticket-files',
  ticketFile: 'ticket-file',

  // Ids of the details panel of an open ticket.
  details: 'details',
  detailsToggle: 'details-toggle',
  history: 'history',

  // Ids of the rating form on the support page.
  rating: 'rating',
  /** The button of one star, with the attribute `data-value=<1..5>`. */
  ratingStar: 'rating-star',
  ratingComment: 'rating-comment',
  ratingSubmit: 'rating-submit',
  ratingDone: 'rating-done',
  ratingChange: 'rating-change',
  outdated: 'outdated',
  ratingThanks: 'rating-thanks',

  // Ids of the console.
  /** The button of one view of the ticket list. Attributes: `data-view`, `data-count`, `aria-pressed`. */
  view: 'view',
  sort: 'sort',
  filtersToggle: 'filters-toggle',
  /** The notice "n updates". Shown while the list does not reorder its rows because the pointer is over it. */
  listHeld: 'list-held',
  select: 'select',
  skip: 'skip',
  timelineTold: 'timeline-told',
  bulk: 'bulk',
  bulkTake: 'bulk-take',
  bulkStatus: 'bulk-status',
  bulkPriority: 'bulk-priority',
  /** The results of a bulk change. Attributes: `data-done` and `data-refused`, which count tickets. */
  bulkResult: 'bulk-result',
  bulkClear: 'bulk-clear',
  /** The tab of one panel, with the attribute `data-panel=details|customer|history`. */
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
  /** The link to the settings in the user menu. */
  menuSettings: 'menu-settings',
  settings: 'settings',
  settingsNav: 'settings-nav',
  settingsLink: 'settings-link',
  settingsBack: 'settings-back',
  settingsOnlyAdmins: 'settings-only-admins',
  /** The screen that lists the staff and their roles. */
  roles: 'roles',
  /** The row of one person in the staff list, with the attributes `data-user` and `data-role`. */
  roleRow: 'role-row',
  roleSelect: 'role-select',
  roleRemove: 'role-remove',
  roleRemoveSure: 'role-remove-sure',
  roleEmail: 'role-email',
  roleFind: 'role-find',
  roleChange: 'role-change',
  /** The number of people that a search found, with the attribute `data-count`. */
  roleTold: 'role-told',
  /** A person that a search found, with the person's id in the attribute `data-user`. */
  roleFound: 'role-found',
  roleMakeAgent: 'role-make-agent',
  roleMakeAdmin: 'role-make-admin',
  /** The screen for the opening hours, with the attribute `data-saved=true|false`: whether all changes are saved. */
  hours: 'hours',
  hoursKept: 'hours-kept',
  hoursZone: 'hours-zone',
  /** A weekday, with the attribute `data-day=mon|…`. The fields of its time spans have the attribute `data-span=<0…>`. */
  hoursDay: 'hours-day',
  hoursOpen: 'hours-open',
  hoursFrom: 'hours-from',
  hoursTo: 'hours-to',
  hoursAdd: 'hours-add',
  hoursRemove: 'hours-remove',
  hoursNotice: 'hours-notice',
  hoursSave: 'hours-save',
  /** The error of an opening-hours field, with the kind of error in the attribute `data-fault`. */
  hoursFault: 'hours-fault',
  hoursState: 'hours-state',
  palette: 'palette',
  paletteInput: 'palette-input',
  paletteOption: 'palette-option',
  keys: 'keys',
  stats: 'stats',
  /** One figure of the statistics. Attributes: `data-stat=open|in_progress|…` and `data-value`. */
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

  // Ids of the widget.
  widgetHome: 'widget-home',
  /** The form for the first message, which creates a ticket. */
  ask: 'ask',
  askText: 'ask-text',
  askSend: 'ask-send',
  /** The button of one category, with the attributes `data-value=<word>` and `aria-pressed`. */
  askCategory: 'ask-category',
  /** The reason why the first message was not sent, with the attribute `data-why=offline|unreachable|<code>`. */
  askNotice: 'ask-notice',
  /** The view that shows the first message while it is being sent. */
  askSent: 'ask-sent',
  widgetGreeting: 'widget-greeting',
  widgetTeam: 'widget-team',
  widgetLogo: 'widget-logo',
  widgetClose: 'widget-close',
  /** Whether the desk is open and agents are online, in the attributes `data-open` and `data-online`. */
  availability: 'availability',
} as const

/** Ids of the dialog about unsent messages at sign-out. A separate object, so that the widget does not load it. */
export const SIGN_OUT = { ask: 'sign-out-ask', send: 'sign-out-send', keep: 'sign-out-keep', discard: 'sign-out-discard', narrow: 'sign-out-narrow' } as const

/** Ids of the tour that introduces the console. */
export const TOUR = {
  card: 'tour',
  next: 'tour-next',
  end: 'tour-end',
  offer: 'tour-offer',
  start: 'tour-start',
} as const
