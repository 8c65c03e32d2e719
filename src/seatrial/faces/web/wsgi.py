"""What a WSGI server serves."""

import os

from django.core.wsgi import get_wsgi_application

from seatrial.faces.web.patience import patient

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seatrial.faces.web.settings")
application = patient(get_wsgi_application())
