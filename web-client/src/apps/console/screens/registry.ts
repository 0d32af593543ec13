// All settings screens, one per line. Each screen is a folder with its own texts, styles and test ids. No other source file refers to a
// screen.

export { screen as accessLog } from './access-log/index.ts'
export { screen as appearance } from './appearance/index.ts'
export { screen as openingHours } from './opening-hours/index.ts'
export { screen as retention } from './retention/index.ts'
export { screen as savedReplies } from './saved-replies/index.ts'
export { screen as system } from './system/index.ts'
export { screen as team } from './team/index.ts'
export { screen as widget } from './widget/index.ts'
