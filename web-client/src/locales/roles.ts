// Loaded with the screen for the team: joins its sentences to the common ones.

import en from './en/roles.json'
import { addStrings } from './index.ts'

addStrings('roles', en)
