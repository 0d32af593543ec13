// The sentences of every first screen.

export const ENGLISH = {
  'app.retry': 'Try again',
  'app.cancel': 'Cancel',

  'new.title': 'New ticket',

  'problem.unreachable': 'The server cannot be reached.',
  'problem.unreadable': 'The answer could not be read.',
  'problem.other': 'That did not work ({code}).',
  'problem.malformed': 'The server did not understand this.',
  'problem.forbidden': 'You may not do this.',
  'problem.rate_limited': 'That was too fast. Try again in a moment.',
  'problem.overloaded': 'The desk is very busy. Try again in a moment.',
  'problem.unavailable': 'The desk is not available right now. Try again in a moment.',
  'problem.not_authenticated': 'Your sign-in has ended.',
  'problem.blocked': 'Your access is blocked.',

  'app.back': 'Back',
  'app.close': 'Close',
  'app.dismiss': 'Dismiss',

  'widget.title': 'Support',
  'widget.hello': 'How can we help?',
  'widget.start': 'Start a conversation',
  'widget.yours': 'Your conversations',
  'widget.online': 'We are here.',
  'widget.away': 'Nobody is online right now. Write to us: we answer here and you will find it on your return.',
  'widget.shut': 'We are closed right now.',
  'widget.opens': 'We are closed right now and open again {when}.',
  'widget.empty': 'No conversations yet.',
  'widget.signed_out': 'Please sign in to write to us.',
} as const

export type CommonKey = keyof typeof ENGLISH
