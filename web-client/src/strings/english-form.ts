// The sentences around a ticket that is being described.

export const ENGLISH_FORM = {
  'new.subject': 'Subject',
  'new.category': 'Category',
  'new.priority': 'Priority',
  'new.description': 'What happened?',
  'new.submit': 'Open ticket',
  'new.needs_subject': 'Give it a subject.',
  'new.needs_description': 'Describe what happened.',
  'new.subject_long': 'Too long by {n} characters.',

  'field.refused': 'Not accepted: {why}.',

  'new.chars_left': '{n|one:# character|other:# characters} left',
  'new.kept': 'Your draft is kept on this device.',
  'new.unkept': 'This browser has no room for your draft: leave this page open.',

  'composer.too_long': 'Too long by {n|one:# byte|other:# bytes}.',

  'category.technical': 'Technical',
  'category.billing': 'Billing',
  'category.account': 'Account',
  'category.feature_request': 'Feature request',
  'category.bug_report': 'Bug report',
  'category.general': 'General',
  'category.security': 'Security',
  'category.compliance': 'Compliance',

  'priority.low': 'Low',
  'priority.medium': 'Medium',
  'priority.high': 'High',
  'priority.urgent': 'Urgent',

  'problem.unknown_field': 'The server does not know this yet. Try again later.',
  'problem.too_large': 'This is too long.',
  'problem.invalid_field': 'A field is not right: {title}',
  'problem.invalid_field.untitled': 'A field is not right.',
  'problem.invalid_body': 'The text breaks a rule: {title}',
  'problem.invalid_body.untitled': 'It shows nothing, is too long or has characters that cannot be sent.',
} as const

export type FormKey = keyof typeof ENGLISH_FORM
