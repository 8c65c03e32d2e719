# Sourced by jobs of an ordinary user: `someone` runs a command, `delegated` in a group of its own.
home=/data/someone
someone() {
  runuser -u someone -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=$home \
    XDG_RUNTIME_DIR=/run/user/1000 PYTHONPATH="$PYTHONPATH" PYTHONDONTWRITEBYTECODE=1 \
    SEATRIAL_CACHE=$home/cache SEATRIAL_RUNTIME=/run/user/1000/seatrial "$@"
}
delegated() {
  someone systemd-run --quiet --user --scope -p Delegate=yes "$@"
}
seatrial="from seatrial.faces.cli.main import main; main()"
if [ ! -d $home ]; then
  install -d -o someone -g someone $home
  someone python3 -c "$seatrial" image import /data/image.tar --name workbench
fi
