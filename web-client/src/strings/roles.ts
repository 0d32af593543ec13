// Loaded with the screen for the team: joins its sentences to the common ones.

import { ENGLISH_ROLES } from './english-roles.ts'
import { addStrings } from './index.ts'

addStrings({ en: ENGLISH_ROLES, load: async () => (await import('./arabic-roles.ts')).ARABIC_ROLES })
