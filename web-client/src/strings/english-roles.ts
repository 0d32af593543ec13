// The screen for the team and its roles.

export const ENGLISH_ROLES = {
  'roles.hint': 'Agents work on tickets. Admins also change the team, the saved replies and the opening hours.',
  'roles.only_admins': 'Only admins change the team.',
  'roles.team': 'In the team',
  'roles.role_of': 'Role of {name}',
  'roles.support_agent': 'Agent',
  'roles.admin': 'Admin',
  'roles.you': 'You. Another admin can change your role.',
  'roles.blocked': 'Blocked: cannot sign in, whatever the role.',
  'roles.remove': 'Remove',
  'roles.remove_of': 'Remove {name} from the team',
  'roles.confirm': 'Remove {name}? Their open tickets become unassigned.',
  'roles.keep': 'Keep',
  'roles.add': 'Add someone',
  'roles.email': 'Email address',
  'roles.find': 'Find',
  'roles.add_hint': 'They must have signed in once.',
  'roles.nobody': 'No one has signed in with {email} yet. Ask them to open {url} and sign in once, then find them again.',
  'roles.make_agent': 'Make agent',
  'roles.make_agent_of': 'Make {name} an agent',
  'roles.make_admin': 'Make admin',
  'roles.make_admin_of': 'Make {name} an admin',
  'roles.is_there': 'Already in the team.',
  'roles.nameless': 'No name',
  'roles.last_admin': 'This is the last admin: make another one first.',
  'roles.given': '{name} is in the team now.',
  'roles.changed': 'The role of {name} has changed.',
  'roles.taken': '{name} is no longer in the team.',
} as const

export type RolesKey = keyof typeof ENGLISH_ROLES
