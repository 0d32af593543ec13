import '../../ui/styles/base.css'
import { mount } from '../../ui/mount.tsx'
import { SupportPage } from './page.tsx'

mount({ base: '/support', title: 'app.support', face: SupportPage })
