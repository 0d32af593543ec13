import '../../locales/page.ts'
import '../../ui/styles/base.css'
import '../../ui/styles/typeface.css'
import { createRouter } from '../../client/router.ts'
import { mountApp } from '../../ui/mount-app.tsx'
import { prepareMarkdown } from '../../ui/body.tsx'
import { SupportPage } from './page.tsx'

const container = document.getElementById('app')
if (container !== null) {
  prepareMarkdown()
  mountApp({ container, themed: document.documentElement, origin: location.origin, router: createRouter('/support'), ownsTab: true }, { title: 'app.support', app: SupportPage })
}
