/* A load generator for servers that speak in lines.  It knows no protocol, so that it can stand beside any.
 *
 *   load SCENARIO HOST PORT CLIENTS WORKLOAD [-w WINDOW] [-s SENDERS] [-t SECONDS] [-r RATE] [-p PID]
 *
 * A scenario says how a client comes in and how it speaks, one directive a line:
 *   send TEXT   say it, then go on to the next directive
 *   wait TEXT   go on when this has come since the last wait
 *   msg TEXT    how to say something to one
 *   fan TEXT    how to say something to all
 * In a TEXT, \r \n \t \\ are what they are in C; {i} is the client's number, {t} its partner's, {m} what is said.
 *
 * WORKLOAD is
 *   pair   client 2k speaks to 2k+1 and back, each with WINDOW messages on their way
 *   fan    SENDERS clients speak to all, each with WINDOW messages on their way
 *   idle   everybody comes in; nothing is said
 * With -r, RATE messages a second are said in all, whether or not those before have arrived.
 *
 * What arrives is found by a mark in the stream: "zq", the moment it was said and who said it.  It prints
 * one line of JSON; the processor time and the memory are those of process PID.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    BODY = 64,             /* bytes of what is said */
    MARK = 26,             /* "zq", 16 hex digits of nanoseconds, 8 of the sender's number */
    COMING_IN = 50,        /* clients that are coming in at a time */
    MOST_STEPS = 64,
    SAMPLES = 4000000,     /* delays kept */
    SAMPLE_EACH = 16,      /* of what is said to all, the delays of one client in so many are kept */
    PER_ADDRESS = 20000,   /* connections from one address: the kernel has some 28,000 ports for each */
};
static const double SETTLING = 0.5, WARMING = 1.0, STUCK = 30.0; /* seconds */

typedef enum { PAIR, FAN, IDLE } Workload;
typedef struct { char *bytes; size_t size, room; } Buffer;
typedef struct { int wait; char *text; } Step;

typedef struct {
    int fd, number, step, in, wants_out, dirty;
    Buffer said, heard; /* what is still to be written; what was read and is not understood yet */
    size_t written;
    long on_their_way;
    uint64_t got;
} Client;

static Step steps[MOST_STEPS];
static int step_count;
static char *to_one, *to_all;
static Workload workload;
static int window = 1, speaker_count = 1, server;
static double seconds = 5, rate;

static Client *clients, **dirty;
static int client_count, came_in, dirty_count, poller;

static int measuring;
static uint64_t deliveries, sayings;
static uint32_t *delays; /* microseconds */
static size_t delay_count;

static void fail(const char *what, Client *client) {
    fprintf(stderr, "load: %s", what);
    if (errno) fprintf(stderr, ": %s", strerror(errno));
    if (client) {
        int size = client->heard.size > 300 ? 300 : (int)client->heard.size;
        fprintf(stderr, " (client %d, step %d, heard: %.*s)", client->number, client->step, size, client->heard.bytes);
    }
    fputc('\n', stderr);
    exit(3);
}

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static double since(uint64_t then) { return (now() - then) / 1e9; }

/* --- text ---------------------------------------------------------------------------------------------- */

static void append(Buffer *to, const char *bytes, size_t size) {
    if (to->size + size > to->room) {
        to->room = 2 * (to->size + size) + 256;
        to->bytes = realloc(to->bytes, to->room);
        if (!to->bytes) fail("no memory", NULL);
    }
    memcpy(to->bytes + to->size, bytes, size);
    to->size += size;
}

static void drop_front(Buffer *from, size_t size) {
    memmove(from->bytes, from->bytes + size, from->size - size);
    from->size -= size;
}

static char *unescaped(const char *text) {
    static const char names[] = "rnt\\", meanings[] = "\r\n\t\\";
    char *given = malloc(strlen(text) + 1), *end = given;
    for (; *text; text++) {
        const char *found = *text == '\\' && text[1] ? strchr(names, text[1]) : NULL;
        *end++ = found ? (text++, meanings[found - names]) : *text;
    }
    *end = 0;
    return given;
}

static void fill_in(Buffer *to, const char *text, int self, int partner, const char *message) {
    while (*text) {
        char number[16] = "";
        const char *insert = number;
        if (!strncmp(text, "{i}", 3)) sprintf(number, "%d", self);
        else if (!strncmp(text, "{t}", 3)) sprintf(number, "%d", partner);
        else if (!strncmp(text, "{m}", 3)) insert = message;
        else { append(to, text++, 1); continue; }
        append(to, insert, strlen(insert));
        text += 3;
    }
}

/* --- out ----------------------------------------------------------------------------------------------- */

static void watch(Client *client, int out) {
    if (client->wants_out == out) return;
    client->wants_out = out;
    struct epoll_event event = {.events = EPOLLIN | (out ? EPOLLOUT : 0), .data.ptr = client};
    epoll_ctl(poller, EPOLL_CTL_MOD, client->fd, &event);
}

static void write_out(Client *client) {
    while (client->written < client->said.size) {
        const char *rest = client->said.bytes + client->written;
        ssize_t size = send(client->fd, rest, client->said.size - client->written, MSG_NOSIGNAL);
        if (size < 0 && errno == EAGAIN) { watch(client, 1); return; }
        if (size < 0) fail("cannot write", client);
        client->written += size;
    }
    client->written = client->said.size = 0;
    watch(client, 0);
}

/* Everything that one wake-up brings about goes out in one write. */
static void write_soon(Client *client) {
    if (client->dirty) return;
    client->dirty = 1;
    dirty[dirty_count++] = client;
}

static void speak(Client *client) {
    char message[BODY + 1];
    int size = sprintf(message, "zq%016llx%08x", (unsigned long long)now(), client->number);
    memset(message + size, 'x', BODY - size);
    message[BODY] = 0;
    fill_in(&client->said, workload == PAIR ? to_one : to_all, client->number, client->number ^ 1, message);
    client->on_their_way++;
    write_soon(client);
}

/* --- in ------------------------------------------------------------------------------------------------ */

static void arrived(Client *client, uint64_t said_at, unsigned from) {
    if (from == (unsigned)client->number || from >= (unsigned)client_count) return; /* an echo is no delivery */
    Client *speaker = &clients[from];
    client->got++;
    if (measuring) {
        deliveries++;
        if (delay_count < SAMPLES && (workload == PAIR || client->number % SAMPLE_EACH == 1))
            delays[delay_count++] = (now() - said_at) / 1000;
    }
    if (workload == FAN && client->number != (int)(from + 1) % client_count) return;
    if (measuring) sayings++;
    speaker->on_their_way--;
    while (!rate && speaker->on_their_way < window) speak(speaker);
}

static int hex(const char *digits, int count, uint64_t *value) {
    char text[17], *end;
    memcpy(text, digits, count);
    text[count] = 0;
    *value = strtoull(text, &end, 16);
    return end == text + count;
}

static void find_marks(Client *client) {
    char *at = client->heard.bytes, *end = at + client->heard.size;
    while (at < end) {
        char *mark = memmem(at, end - at, "zq", 2);
        if (!mark) { at = end[-1] == 'z' ? end - 1 : end; break; }
        at = mark;
        if (end - mark < MARK) break;
        uint64_t said_at, from;
        int whole = hex(mark + 2, 16, &said_at) && hex(mark + 18, 8, &from);
        at += whole ? MARK : 2;
        if (whole) arrived(client, said_at, from);
    }
    drop_front(&client->heard, at - client->heard.bytes);
}

static void come_in(Client *client) {
    for (; client->step < step_count; client->step++) {
        Step *step = &steps[client->step];
        if (!step->wait) {
            fill_in(&client->said, step->text, client->number, client->number ^ 1, "");
            write_soon(client);
            continue;
        }
        Buffer wanted = {0};
        fill_in(&wanted, step->text, client->number, client->number ^ 1, "");
        char *found = client->heard.size ? memmem(client->heard.bytes, client->heard.size, wanted.bytes, wanted.size) : NULL;
        if (found) drop_front(&client->heard, found + wanted.size - client->heard.bytes);
        free(wanted.bytes);
        if (!found) return;
    }
    if (client->in) return;
    client->in = 1;
    client->heard.size = 0;
    came_in++;
}

static void read_in(Client *client) {
    static char chunk[1 << 18];
    ssize_t size;
    do {
        size = recv(client->fd, chunk, sizeof chunk, 0);
        if (size < 0 && errno == EAGAIN) return;
        if (size < 0) fail("cannot read", client);
        if (size == 0) { errno = 0; fail("closed by the server", client); }
        append(&client->heard, chunk, size);
        if (client->in) find_marks(client);
        else come_in(client);
    } while (size == sizeof chunk);
}

static void wait_for_events(int milliseconds) {
    struct epoll_event events[512];
    int count = epoll_wait(poller, events, 512, milliseconds);
    for (int k = 0; k < count; k++) {
        Client *client = events[k].data.ptr;
        if (events[k].events & EPOLLOUT) write_out(client);
        if (events[k].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_in(client);
    }
    for (int k = 0; k < dirty_count; k++) {
        dirty[k]->dirty = 0;
        if (!dirty[k]->wants_out) write_out(dirty[k]);
    }
    dirty_count = 0;
}

/* --- the server's costs -------------------------------------------------------------------------------- */

static double server_cpu(void) {
    char path[64], line[1024] = "";
    unsigned long user = 0, system = 0;
    sprintf(path, "/proc/%d/stat", server);
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    if (fgets(line, sizeof line, file))
        sscanf(strrchr(line, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    fclose(file);
    return (double)(user + system) / sysconf(_SC_CLK_TCK);
}

static long server_memory(void) {
    char path[64], line[256];
    long kilobytes = 0;
    sprintf(path, "/proc/%d/status", server);
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, "VmRSS:", 6)) kilobytes = atol(line + 6);
    fclose(file);
    return kilobytes;
}

static double own_cpu(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* --- the run ------------------------------------------------------------------------------------------- */

static void read_scenario(const char *path) {
    char line[4096];
    FILE *file = fopen(path, "r");
    if (!file) fail(path, NULL);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        char *text = strchr(line, ' ');
        if (line[0] == '#' || !text) continue;
        *text++ = 0;
        if (!strcmp(line, "msg")) to_one = unescaped(text);
        else if (!strcmp(line, "fan")) to_all = unescaped(text);
        else if (step_count < MOST_STEPS) steps[step_count++] = (Step){!strcmp(line, "wait"), unescaped(text)};
    }
    fclose(file);
}

static void open_connection(Client *client, const struct sockaddr_in *address) {
    int yes = 1;
    client->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (client->number >= PER_ADDRESS) {
        struct sockaddr_in from = {.sin_family = AF_INET};
        from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + client->number / PER_ADDRESS);
        bind(client->fd, (void *)&from, sizeof from);
    }
    if (connect(client->fd, (void *)address, sizeof *address) < 0) fail("cannot connect", client);
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    fcntl(client->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    epoll_ctl(poller, EPOLL_CTL_ADD, client->fd, &event);
    come_in(client);
}

static void bring_all_in(const struct sockaddr_in *address) {
    int begun = 0, before = 0;
    uint64_t last = now();
    while (came_in < client_count) {
        while (begun < client_count && begun - came_in < COMING_IN) {
            clients[begun].number = begun;
            open_connection(&clients[begun++], address);
        }
        wait_for_events(20);
        if (came_in != before) { before = came_in; last = now(); }
        if (since(last) < STUCK) continue;
        for (int k = 0; k < begun; k++)
            if (!clients[k].in) { errno = 0; fail("does not come in", &clients[k]); }
    }
}

static void pass(double time) {
    for (uint64_t began = now(); since(began) < time;) wait_for_events(20);
}

/* Speaks by the clock, whatever has become of what was said before. */
static void speak_on(double time) {
    static int turn;
    int speakers = workload == PAIR ? client_count : speaker_count;
    uint64_t began = now();
    for (uint64_t due = 0; since(began) < time; wait_for_events(1))
        for (; due <= since(began) * rate; due++) speak(&clients[turn++ % speakers]);
}

static int by_size(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static unsigned delay(double share) { return delay_count ? delays[(size_t)(share * (delay_count - 1))] : 0; }

static void talk(void) {
    void (*go_on)(double) = rate ? speak_on : pass;
    int speakers = workload == PAIR ? client_count : speaker_count;
    for (int k = 0; !rate && k < speakers; k++)
        for (int count = 0; count < window; count++) speak(&clients[k]);
    go_on(WARMING);
    measuring = 1;
    uint64_t began = now();
    double cpu = server_cpu(), own = own_cpu();
    go_on(seconds);
    double took = since(began);
    cpu = server_cpu() - cpu;
    own = own_cpu() - own;
    uint64_t least = UINT64_MAX, most = 0;
    for (int k = 0; k < client_count; k++) {
        if (clients[k].got < least) least = clients[k].got;
        if (clients[k].got > most) most = clients[k].got;
    }
    qsort(delays, delay_count, sizeof *delays, by_size);
    if (!deliveries) { errno = 0; fail("nothing arrived", NULL); }
    printf(", \"deliveries_per_s\": %.0f, \"messages_per_s\": %.0f, \"server_cpu_us_per_message\": %.2f, "
           "\"server_cpu_us_per_delivery\": %.3f, \"server_cores\": %.2f, \"load_cores\": %.2f, "
           "\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"least\": %llu, \"most\": %llu",
           deliveries / took, sayings / took, cpu * 1e6 / sayings, cpu * 1e6 / deliveries, cpu / took, own / took,
           delay(.50) / 1e3, delay(.99) / 1e3, (unsigned long long)least, (unsigned long long)most);
}

static void read_options(int count, char **words) {
    for (int k = 0; k + 1 < count; k += 2) {
        double value = atof(words[k + 1]);
        switch (words[k][1]) {
        case 'w': window = value; break;
        case 's': speaker_count = value; break;
        case 't': seconds = value; break;
        case 'r': rate = value; break;
        case 'p': server = value; break;
        }
    }
}

int main(int count, char **words) {
    if (count < 6) {
        fprintf(stderr, "usage: load SCENARIO HOST PORT CLIENTS pair|fan|idle [-w WINDOW] [-s SENDERS] "
                        "[-t SECONDS] [-r RATE] [-p PID]\n");
        return 2;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    read_scenario(words[1]);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(words[3]))};
    inet_pton(AF_INET, words[2], &address.sin_addr);
    client_count = atoi(words[4]);
    workload = words[5][0] == 'p' ? PAIR : words[5][0] == 'f' ? FAN : IDLE;
    read_options(count - 6, words + 6);
    clients = calloc(client_count, sizeof *clients);
    dirty = calloc(client_count, sizeof *dirty);
    delays = malloc(SAMPLES * sizeof *delays);
    poller = epoll_create1(0);

    uint64_t began = now();
    double cpu = server_cpu();
    bring_all_in(&address);
    printf("{\"clients\": %d, \"seconds_to_come_in\": %.2f, \"server_cpu_ms_to_come_in\": %.3f", client_count,
           since(began), (server_cpu() - cpu) * 1e3 / client_count);
    pass(SETTLING);
    if (workload == IDLE) {
        cpu = server_cpu();
        pass(seconds);
        printf(", \"server_cores\": %.4f", (server_cpu() - cpu) / seconds);
    } else {
        talk();
    }
    printf(", \"server_memory_kb\": %ld}\n", server_memory());
    return 0;
}
