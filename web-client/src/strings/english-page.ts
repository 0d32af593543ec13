// The sentences of whole pages, which a widget has no room for.

export const ENGLISH_PAGE = {
  'app.support': 'Support',
  'app.console': 'Support console',
  'app.tab': '{page} · Helpline',

  'signin.title': 'Who are you today?',
  'signin.hint': 'This desk runs in development mode: pick a demo person to sign in.',
  'signin.customer': 'Customer',
  'signin.admin': 'Admin',
  'signin.support_agent': 'Support agent',
  'signin.unavailable': 'This desk offers no demo sign-in.',
  'signin.out': 'Sign out',
  'signin.go': 'Sign in',
  'signin.out_failed': 'You could not be signed out. Check the connection and try again.',
  'signin.refused.denied': 'You are not signed in: the sign-in was cancelled, or is not allowed for this account.',
  'signin.refused.expired': 'That sign-in took too long, or was begun in another browser. Sign in again.',
  'signin.refused.failed': 'Signing in did not work. If it happens again, tell whoever runs this desk: the reason is in its log.',
  'signin.refused.unavailable': 'The sign-in service does not answer at the moment. Try again soon.',
  'signin.refused.busy': 'Too many people are signing in at this moment. Try again soon.',
  'signin.unkept': 'This browser has no room to remember you: after a reload you sign in again.',

  'list.title': 'Your tickets',
  'list.empty.active': 'No active tickets. If something is wrong, tell us.',
  'list.empty.closed': 'Nothing closed yet.',

  'app.menu': 'Settings',
  'app.links': 'Site',
  'app.unread': '({n}) {title}',
  'app.signed_out': 'You are not signed in here.',
  'problem.site_refused': 'This desk is not set up to be shown on {site}. Whoever runs it has to allow this site.',
  'problem.no_sign_in': 'This desk has no sign-in yet: its operator has to set HELPLINE_OIDC_ISSUER or HELPLINE_TOKEN_URL.',
  'app.home': 'Go to the home page',

  'looks.theme': 'Appearance',
  'looks.theme.auto': 'As the device',
  'looks.theme.light': 'Light',
  'looks.theme.dark': 'Dark',
  'looks.language': 'Language',
  'looks.sound': 'Sound for new messages',
  'looks.notify': 'Desktop notifications',
  'looks.unkept': 'This browser has no room: these choices last until you leave the page.',
  'looks.notify_refused': 'The browser does not allow notifications here.',
  'habits.enter': 'In a message, Enter',
  'habits.enter.sends': 'sends it',
  'habits.enter.breaks': 'starts a new line (Ctrl+Enter sends)',
  'habits.undo': 'Undo sending',
  'habits.undo.off': 'Off',
  'habits.undo.seconds': 'for {n} seconds',

  'notify.title': 'News in {number}',
  'notify.open': 'Open',

  'list.pick': 'Pick a ticket to read it, or open a new one.',
  'list.search': 'Search all tickets',
  'list.search_short': 'Searches from {n} letters on.',
  'list.search_refused': 'This cannot be searched for: {why}.',
  'list.empty.search': 'Nothing matches “{text}”.',
} as const

export type PageKey = keyof typeof ENGLISH_PAGE
