import type { PageKey } from './english-page.ts'

export const ARABIC_PAGE: Readonly<Record<PageKey, string>> = {
  'app.support': 'الدعم',
  'app.console': 'لوحة الدعم',
  'app.tab': '{page} · Helpline',
  'app.menu': 'الإعدادات',
  'app.links': 'الموقع',
  'app.unread': '({n}) {title}',
  'app.signed_out': 'لم تسجل الدخول هنا.',
  'app.home': 'إلى الصفحة الرئيسية',

  'signin.title': 'من أنت اليوم؟',
  'signin.hint': 'يعمل هذا المكتب في وضع التطوير: اختر شخصًا تجريبيًا للدخول.',
  'signin.customer': 'عميل',
  'signin.admin': 'مدير',
  'signin.support_agent': 'موظف دعم',
  'signin.unavailable': 'لا يوفر هذا المكتب دخولًا تجريبيًا.',
  'signin.out': 'تسجيل الخروج',

  'list.title': 'تذاكرك',
  'list.empty.active': 'لا تذاكر نشطة. إن حدث خلل فأخبرنا.',
  'list.empty.closed': 'لا شيء مغلق بعد.',
  'list.pick': 'اختر تذكرة لقراءتها، أو افتح تذكرة جديدة.',
  'list.search': 'ابحث بالموضوع أو الرقم',
  'list.search_short': 'يبدأ البحث من {n} أحرف.',
  'list.empty.search': 'لا شيء يطابق «{text}».',

  'looks.theme': 'المظهر',
  'looks.theme.auto': 'حسب الجهاز',
  'looks.theme.light': 'فاتح',
  'looks.theme.dark': 'داكن',
  'looks.language': 'اللغة',
  'looks.sound': 'صوت للرسائل الجديدة',
  'looks.notify': 'إشعارات سطح المكتب',
  'looks.notify_refused': 'لا يسمح المتصفح بالإشعارات هنا.',

  'problem.site_refused': 'هذا المكتب غير مهيأ للعرض على {site}. على من يديره أن يسمح بهذا الموقع.',
  'notify.title': 'جديد في {number}',
}
