// The rating form for a resolved or closed ticket. Loaded when the customer is first asked for a rating.

import form from '../../ui/styles/rating.css?inline'
import own from '../../ui/styles/widget-rating.css?inline'
import { addStyles } from './styles.ts'

addStyles(form, own)

export { RatingForm } from '../../ui/rating.tsx'
