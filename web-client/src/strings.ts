// Every sentence that people read. Keys are typed: a translation is another table of the same keys.

const ENGLISH = {
  'app.name': 'Helpline',
  'app.support': 'Support',
  'app.console': 'Support console',
  'app.tab': '{page} · Helpline',
  'app.loading': 'Loading…',
  'app.retry': 'Try again',
  'app.cancel': 'Cancel',
  'app.back': 'Back',
  'app.someone': 'Somebody',
  'app.you': 'You',
  'app.team': 'Support',
  'app.system': 'Helpline',
  'app.nobody': 'Nobody',

  'signin.title': 'Who are you today?',
  'signin.hint': 'This desk runs in development mode: pick a demo person to sign in.',
  'signin.customer': 'Customer',
  'signin.admin': 'Admin',
  'signin.support_agent': 'Support agent',
  'signin.unavailable': 'This desk offers no demo sign-in.',
  'signin.out': 'Sign out',
  'signin.not_staff': 'The console is for the support team. Your own tickets are on the support page.',
  'signin.to_support': 'Go to the support page',

  'connection.connecting': 'Connecting…',
  'connection.waiting': 'No connection. What you write is kept and sent when it is back.',
  'connection.catching_up': 'Catching up…',
  'connection.catching_up_count': 'Catching up {n}…',
  'connection.away': 'The server ended this session ({reason}). Nothing you wrote is lost.',
  'connection.retry': 'Reconnect',

  'list.title': 'Your tickets',
  'list.active': 'Active',
  'list.closed': 'Closed',
  'list.new': 'New ticket',
  'list.empty.active': 'No active tickets. If something is wrong, tell us.',
  'list.empty.closed': 'Nothing closed yet.',
  'list.empty.console': 'No ticket matches these filters.',
  'list.more': 'Show more',
  'list.unread': 'New messages',
  'list.pick': 'Pick a ticket from the list to read it.',

  'new.title': 'New ticket',
  'new.subject': 'Subject',
  'new.category': 'Category',
  'new.priority': 'Priority',
  'new.description': 'What happened?',
  'new.submit': 'Open ticket',
  'new.needs_subject': 'Give it a subject.',
  'new.needs_description': 'Describe what happened.',

  'ticket.missing': 'There is no such ticket, or it is not yours.',
  'ticket.status': 'Status',
  'ticket.priority': 'Priority',
  'ticket.category': 'Category',
  'ticket.assignee': 'Assigned to',
  'ticket.unassigned': 'Not assigned',
  'ticket.customer': 'Customer',
  'ticket.created': 'Opened',
  'ticket.activity': 'Last activity',
  'ticket.rating': 'Rating',
  'ticket.details': 'Details',
  'ticket.own': 'This is your own ticket: you are its customer, and answer it on the support page.',
  'ticket.archived': 'This ticket is archived and read-only.',
  'ticket.closed': 'This ticket is closed. Reopen it to write again.',
  'ticket.reopen': 'Reopen ticket',
  'ticket.close': 'Close ticket',

  'thread.older': 'Show earlier messages',
  'thread.empty': 'No messages yet.',
  'thread.edited': 'edited',
  'thread.redacted': 'This message was removed.',
  'thread.note': 'Note for the team',
  'thread.waiting': 'Waiting to be sent',
  'thread.stored': 'Stored',
  'thread.seen': 'Seen',
  'thread.refused': 'Not sent: {reason}',
  'thread.send_again': 'Send again',
  'thread.send_anyway': 'Send anyway',
  'thread.rewrite': 'Edit',
  'thread.discard': 'Discard',
  'thread.typing': '{who} is typing…',
  'thread.typing_note': '{who} is writing a note…',
  'thread.label': 'Messages',

  'composer.message': 'Write a message',
  'composer.reply': 'Reply to the customer',
  'composer.note': 'Write a note that only the team sees',
  'composer.tab.reply': 'Reply',
  'composer.tab.note': 'Note',
  'composer.send': 'Send',
  'composer.send_note': 'Add note',
  'composer.hint': 'Enter sends, Shift+Enter starts a new line',
  'composer.too_long': 'Too long by {n} bytes.',
  'composer.stale': 'Somebody has written since you began this answer.',
  'composer.read_it': 'I have read it',

  'rating.ask': 'How did we do?',
  'rating.star': '{n} of 5',
  'rating.comment': 'Anything to add? (optional)',
  'rating.submit': 'Send rating',
  'rating.done': 'You rated this {n} of 5.',
  'rating.change': 'Change rating',

  'console.search': 'Search number, subject or e-mail',
  'console.filter.any_status': 'Any status',
  'console.filter.active': 'Active',
  'console.filter.any_category': 'Any category',
  'console.filter.any_priority': 'Any priority',
  'console.filter.anybody': 'Assigned to anybody',
  'console.filter.me': 'Assigned to me',
  'console.filter.nobody': 'Unassigned',
  'console.filter.clear': 'Clear filters',
  'console.take': 'Assign to me',
  'console.move_to': 'Change status',
  'console.viewers': 'Also viewing: {names}',
  'console.activity': 'Activity',

  'stats.open': 'Open',
  'stats.in_progress': 'In progress',
  'stats.waiting': 'Waiting',
  'stats.urgent': 'Urgent',
  'stats.unassigned': 'Unassigned',
  'stats.last_24h': 'New in 24 h',
  'stats.resolution': 'Avg. resolution',
  'stats.rating': 'Avg. rating',
  'stats.hours': '{n} h',

  'status.open': 'Open',
  'status.in_progress': 'In progress',
  'status.waiting_on_customer': 'Waiting on customer',
  'status.waiting_on_admin': 'Waiting on support',
  'status.resolved': 'Resolved',
  'status.closed': 'Closed',
  'status.escalated': 'Escalated',

  'priority.low': 'Low',
  'priority.medium': 'Medium',
  'priority.high': 'High',
  'priority.urgent': 'Urgent',

  'category.technical': 'Technical',
  'category.billing': 'Billing',
  'category.account': 'Account',
  'category.feature_request': 'Feature request',
  'category.bug_report': 'Bug report',
  'category.general': 'General',
  'category.security': 'Security',
  'category.compliance': 'Compliance',

  'activity.created': '{who} opened the ticket',
  'activity.status_changed': '{who} changed the status from {old} to {new}',
  'activity.status_set': '{who} set the status to {new}',
  'activity.message_added': '{who} wrote a message',
  'activity.internal_note_added': '{who} wrote a note',
  'activity.assigned': '{who} assigned the ticket to {new}',
  'activity.took': '{who} took the ticket',
  'activity.assigned_nameless': '{who} assigned the ticket',
  'activity.unassigned': '{who} took the assignment back',
  'activity.priority_changed': '{who} changed the priority from {old} to {new}',
  'activity.category_changed': '{who} changed the category from {old} to {new}',
  'activity.resolved': '{who} resolved the ticket',
  'activity.closed': '{who} closed the ticket',
  'activity.reopened': '{who} reopened the ticket',
  'activity.escalated': '{who} escalated the ticket',
  'activity.rated': '{who} rated the ticket {new} of 5',
  'activity.message_edited': '{who} edited a message',
  'activity.message_redacted': '{who} removed a message',
  'activity.note_edited': '{who} edited a note',
  'activity.note_redacted': '{who} removed a note',
  'activity.logged': '{who} recorded: {what}',
  'activity.archived': '{who} archived the ticket',
  'activity.unknown': 'Something changed on the ticket',

  'problem.unreachable': 'The server cannot be reached.',
  'problem.unreadable': 'The answer could not be read.',
  'problem.other': 'That did not work ({code}).',
  'problem.malformed': 'The server did not understand this.',
  'problem.forbidden': 'You may not do this.',
  'problem.not_found': 'There is no such ticket.',
  'problem.invalid_field': 'A field is not right: {title}',
  'problem.invalid_body': 'The text breaks a rule: {title}',
  'problem.too_large': 'This is too long.',
  'problem.ticket_closed': 'The ticket is closed; reopen it first.',
  'problem.ticket_archived': 'The ticket is archived.',
  'problem.invalid_move': 'The status cannot change that way from where it stands now.',
  'problem.not_ratable': 'A ticket can be rated when it is resolved or closed.',
  'problem.stale': 'Somebody has written since you began.',
  'problem.rate_limited': 'That was too fast. Try again in a moment.',
  'problem.overloaded': 'The desk is very busy. Try again in a moment.',
  'problem.unavailable': 'The desk is not available right now. Try again in a moment.',
  'problem.not_authenticated': 'Your sign-in has ended.',
  'problem.blocked': 'Your access is blocked.',
} as const

export type StringKey = keyof typeof ENGLISH

const known = (key: string): key is StringKey => Object.hasOwn(ENGLISH, key)

/** The sentence for `key`, its `{places}` filled. */
export function t(key: StringKey, places: Readonly<Record<string, string | number>> = {}): string {
  return ENGLISH[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(places[name] ?? whole))
}

/** The sentence for a key put together from a word that a newer server may have coined; then the word itself. */
export function tWord(prefix: 'status' | 'priority' | 'category', word: string | null): string {
  const key = `${prefix}.${word ?? ''}`
  return known(key) ? t(key) : (word ?? '').replaceAll('_', ' ')
}

export function tProblem(problem: { readonly code: string; readonly title?: string }): string {
  const key = `problem.${problem.code}`
  return known(key) ? t(key, { title: problem.title ?? '' }) : t('problem.other', { code: problem.code })
}

const LOCALE = 'en-GB'

export function timeOfDay(iso: string): string {
  return new Date(iso).toLocaleTimeString(LOCALE, { hour: '2-digit', minute: '2-digit' })
}

export function day(iso: string): string {
  return new Date(iso).toLocaleDateString(LOCALE, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
}

export function dateTime(iso: string): string {
  return new Date(iso).toLocaleString(LOCALE, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
}

/** As short as a list needs: the time today, the date before. */
export function shortWhen(iso: string, now: number): string {
  const sameDay = new Date(iso).toDateString() === new Date(now).toDateString()
  return sameDay ? timeOfDay(iso) : new Date(iso).toLocaleDateString(LOCALE, { day: 'numeric', month: 'short' })
}
