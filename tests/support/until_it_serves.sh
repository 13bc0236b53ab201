# Read by bash before the failed inputs run (BASH_ENV): where one sleeps for its server to begin, it goes on as soon as
# that answers, and not before, however busy the machine is. Other sleeps are as long as they say.
sleep() {
    local server=$! begun=$SECONDS port
    while kill -0 "${server:-none}" 2>/dev/null; do
        port=$(tr '\0' '\n' 2>/dev/null <"/proc/$server/cmdline" | sed -n '/^--port$/{n;p;}')
        if [ -n "$port" ]; then
            curl --silent --max-time 5 --output /dev/null "http://127.0.0.1:$port/healthz" && return
        elif [ $((SECONDS - begun)) -ge "$1" ]; then
            return
        fi
        command sleep 0.1
    done
    command sleep "$1"
}
