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

  'list.title': 'Your tickets',
  'list.empty.active': 'No active tickets. If something is wrong, tell us.',
  'list.empty.closed': 'Nothing closed yet.',

  'app.menu': 'Settings',
  'app.links': 'Site',
  'app.unread': '({n}) {title}',
  'app.signed_out': 'You are not signed in here.',
  'problem.site_refused': 'This desk is not set up to be shown on {site}. Whoever runs it has to allow this site.',
  'app.home': 'Go to the home page',

  'looks.theme': 'Appearance',
  'looks.theme.auto': 'As the device',
  'looks.theme.light': 'Light',
  'looks.theme.dark': 'Dark',
  'looks.language': 'Language',
  'looks.sound': 'Sound for new messages',
  'looks.notify': 'Desktop notifications',
  'looks.notify_refused': 'The browser does not allow notifications here.',

  'notify.title': 'News in {number}',

  'list.pick': 'Pick a ticket to read it, or open a new one.',
  'list.search': 'Search subject or number',
  'list.search_short': 'Searches from {n} letters on.',
  'list.empty.search': 'Nothing matches “{text}”.',
} as const

export type PageKey = keyof typeof ENGLISH_PAGE
