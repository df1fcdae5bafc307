//! What is measured: the same work for every server that can do it.

use crate::crowd::{Crowd, Pace, Seating};
use crate::page;
use crate::subject::{Cpu, Running, Subject};
use crate::tally::Tally;
use rustix::time::{ClockId, clock_gettime};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Work {
    /// One room, 16 senders with 64 messages each under way.
    Busy100,
    Busy1000,
    /// One room in which the next thing is said when everyone has heard the last.
    Calm100,
    Calm1000,
    /// 10,000 people connect and join, in rooms of five; sit; and talk, one in each room.
    Crowd,
    /// The same 10,000 come back after a restart, each of them behind.
    Storm,
    /// Nobody but 16 senders, with 64 messages each under way.
    Posts,
    /// The page of a room with 50 messages.
    Page,
}

impl Work {
    pub const ALL: [Work; 8] = [
        Work::Busy100,
        Work::Busy1000,
        Work::Calm100,
        Work::Calm1000,
        Work::Crowd,
        Work::Storm,
        Work::Posts,
        Work::Page,
    ];

    pub fn key(self) -> &'static str {
        match self {
            Work::Busy100 => "busy-100",
            Work::Busy1000 => "busy-1000",
            Work::Calm100 => "calm-100",
            Work::Calm1000 => "calm-1000",
            Work::Crowd => "crowd",
            Work::Storm => "storm",
            Work::Posts => "posts",
            Work::Page => "page",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Work::Busy100 => "A busy room of 100 (16 senders, 64 messages each under way)",
            Work::Busy1000 => "A busy room of 1,000 (16 senders, 64 messages each under way)",
            Work::Calm100 => "One message at a time, in a room of 100",
            Work::Calm1000 => "One message at a time, in a room of 1,000",
            Work::Crowd => {
                "10,000 people in 2,000 rooms: they join, they sit, one in each room talks"
            }
            Work::Storm => {
                "10,000 people come back after a restart, 5 messages behind, while 10 talk on"
            }
            Work::Posts => "Nothing but storing (16 senders, 64 messages each under way)",
            Work::Page => "The page of a room with 50 messages",
        }
    }

    pub fn is_for(self, subject: Subject) -> bool {
        match self {
            Work::Storm | Work::Page => subject == Subject::Postcard,
            Work::Posts => subject.is_ours(),
            _ => true,
        }
    }
}

/// How much of it.
#[derive(Clone, Copy)]
pub struct Scale {
    pub measured: Duration,
    pub warm_up: Duration,
    /// Of the crowd, the big room and the storm: 1 is all of them, 10 a tenth.
    pub divisor: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Metric {
    Deliveries,
    Posts,
    DiskSyncs,
    SyncCpu,
    Cpu,
    KernelShare,
    LogShare,
    Median,
    NinetyNine,
    Worst,
    Bytes,
    Memory,
    IdleCpu,
    JoinTime,
    JoinCpu,
    JoinKernelShare,
    JoinLogShare,
    BackAfter,
    Pages,
    PageCpu,
    FirstByte,
    PageBytes,
    StyleBytes,
    ScriptBytes,
}

impl Metric {
    pub fn title(self) -> &'static str {
        match self {
            Metric::Deliveries => "deliveries/s",
            Metric::Posts => "stored messages/s",
            Metric::DiskSyncs => "the disk alone, fdatasync/s",
            Metric::SyncCpu => "CPU an fdatasync, µs",
            Metric::Cpu => "CPU a delivery, µs",
            Metric::KernelShare => "of it the kernel, %",
            Metric::LogShare => "of it the log, %",
            Metric::Median => "half within, ms",
            Metric::NinetyNine => "99 % within, ms",
            Metric::Worst => "all within, ms",
            Metric::Bytes => "bytes a delivery",
            Metric::Memory => "memory a connection, KB",
            Metric::IdleCpu => "idle CPU, % of a core",
            Metric::JoinTime => "all joined after, s",
            Metric::JoinCpu => "CPU a join, µs",
            Metric::JoinKernelShare => "of it the kernel, %",
            Metric::JoinLogShare => "of it the log, %",
            Metric::BackAfter => "all back after, s",
            Metric::Pages => "pages/s",
            Metric::PageCpu => "CPU a page, µs",
            Metric::FirstByte => "first byte, ms",
            Metric::PageBytes => "HTML, KB",
            Metric::StyleBytes => "CSS, KB",
            Metric::ScriptBytes => "wasm and script, KB",
        }
    }
}

pub type Figures = Vec<(Metric, f64)>;

/// Does it once with a fresh server. `Err`: how many deliveries were lost, doubled or out of
/// order.
pub fn run(work: Work, subject: Subject, scale: Scale) -> Result<Figures, u64> {
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
    let home = home.path();
    let big = 1000 / scale.divisor;
    match work {
        Work::Busy100 => busy(subject, scale, home, 100),
        Work::Busy1000 => busy(subject, scale, home, big),
        Work::Calm100 => calm(subject, scale, home, 100),
        Work::Calm1000 => calm(subject, scale, home, big),
        Work::Crowd => crowd(subject, scale, home),
        Work::Storm => storm(subject, scale, home),
        Work::Posts => posts(subject, scale, home),
        Work::Page => Ok(page::figures(subject, scale, home)),
    }
}

fn busy(subject: Subject, scale: Scale, home: &Path, members: usize) -> Result<Figures, u64> {
    let server = subject.start(home);
    let seating = Seating { rooms: 1, members, senders: 16.min(members) };
    let mut crowd = Crowd::new(subject.dialect(), server.addr, seating);
    crowd.assemble();
    talk(&mut crowd, &server, Pace::InFlight(64), scale)
}

fn calm(subject: Subject, scale: Scale, home: &Path, members: usize) -> Result<Figures, u64> {
    let server = subject.start(home);
    let seating = Seating { rooms: 1, members, senders: 1 };
    let mut crowd = Crowd::new(subject.dialect(), server.addr, seating);
    crowd.assemble();
    talk(&mut crowd, &server, Pace::OneAtATime, scale)
}

fn crowd(subject: Subject, scale: Scale, home: &Path) -> Result<Figures, u64> {
    let server = subject.start(home);
    let (rooms, members) = (2000 / scale.divisor, 5);
    let people = (rooms * members) as f64;
    // One joins before, so that what is made only once is not counted.
    let one = Seating { rooms: 1, members: 1, senders: 1 };
    let mut first = Crowd::new(subject.dialect(), server.addr, one);
    first.assemble();
    let (begun, cpu, memory) = (Instant::now(), server.cpu(), server.memory());
    let seating = Seating { rooms, members, senders: 1 };
    let mut crowd = Crowd::new(subject.dialect(), server.addr, seating).in_rooms_named("crowd");
    crowd.assemble();
    let (took, cpu) = (begun.elapsed(), server.cpu() - cpu);
    // What joining used for a moment only is given back.
    crowd.during(scale.warm_up);
    let (memory, idle) = (server.memory() - memory, server.cpu());
    crowd.during(scale.measured);
    let idle = (server.cpu() - idle).whole;
    let mut figures = vec![
        (Metric::JoinTime, took.as_secs_f64()),
        (Metric::JoinCpu, micros(cpu.whole) / people),
        (Metric::JoinKernelShare, percent(cpu.kernel, cpu.whole)),
        (Metric::JoinLogShare, percent(cpu.log, cpu.whole)),
        (Metric::Memory, memory / people / 1024.0),
        (Metric::IdleCpu, percent(idle, scale.measured)),
    ];
    figures.extend(talk(&mut crowd, &server, Pace::OneAtATime, scale)?);
    Ok(figures)
}

/// Those who come back talk for a while first, so that they have something to miss.
fn storm(subject: Subject, scale: Scale, home: &Path) -> Result<Figures, u64> {
    const LACKING: u32 = 5;
    const TALKERS: usize = 10;
    let server = subject.start(home);
    let (rooms, members) = (2000 / scale.divisor, 5);
    let seating = Seating { rooms, members, senders: 1 };
    let mut crowd = Crowd::new(subject.dialect(), server.addr, seating);
    crowd.assemble();
    for sender in 0..LACKING as usize * rooms {
        crowd.tell(sender % rooms);
    }
    let wrong = crowd.fall_silent();
    if wrong > 0 {
        eprintln!("before the restart: {}", crowd.lacks());
        return Err(wrong);
    }
    drop(server);

    let server = subject.start(home);
    let seating = Seating { rooms: 1, members: TALKERS, senders: TALKERS };
    let mut talkers = Crowd::new(subject.dialect(), server.addr, seating).in_rooms_named("live");
    talkers.assemble();
    crowd.scatter(server.addr, LACKING);
    let begun = Instant::now();
    crowd.begin_to_assemble();
    talkers.begin_to_measure();
    let mut turns = 0..;
    while !(crowd.is_assembled() && crowd.missing() == 0) {
        let is_late = begun.elapsed() > Duration::from_secs(120);
        assert!(!is_late, "not all came back: {}", crowd.lacks());
        talkers.tell(turns.next().unwrap_or_default() % TALKERS);
        // A tenth of a second is the pace of the talk, a millisecond the grain of its times.
        for _ in 0..10 {
            crowd.during(Duration::from_millis(1));
            talkers.during(Duration::from_micros(200));
        }
    }
    let took = begun.elapsed();
    let live = talkers.end_measure();
    let wrong = crowd.fall_silent() + talkers.fall_silent();
    if wrong > 0 {
        eprintln!("those who came back: {}; those who talked: {}", crowd.lacks(), talkers.lacks());
        return Err(wrong);
    }
    Ok(vec![
        (Metric::BackAfter, took.as_secs_f64()),
        (Metric::JoinCpu, micros(server.cpu().whole) / (rooms * members) as f64),
        (Metric::Median, millis(live.within(0.5))),
        (Metric::NinetyNine, millis(live.within(0.99))),
        (Metric::Worst, millis(live.within(1.0))),
    ])
}

fn posts(subject: Subject, scale: Scale, home: &Path) -> Result<Figures, u64> {
    let (syncs, sync_cpu) = syncs_alone(home);
    let server = subject.start(home);
    let seating = Seating { rooms: 1, members: 16, senders: 16 };
    let mut crowd = Crowd::new(subject.dialect(), server.addr, seating);
    crowd.assemble();
    let mut figures = talk(&mut crowd, &server, Pace::InFlight(64), scale)?;
    let acked = crowd.tally.acked as f64 / scale.measured.as_secs_f64();
    figures.insert(0, (Metric::Posts, acked));
    figures.push((Metric::DiskSyncs, syncs));
    figures.push((Metric::SyncCpu, sync_cpu));
    Ok(figures)
}

fn talk(crowd: &mut Crowd, server: &Running, pace: Pace, scale: Scale) -> Result<Figures, u64> {
    crowd.begin_to_talk(pace);
    crowd.during(scale.warm_up);
    let (begun, cpu) = (Instant::now(), server.cpu());
    let tally = crowd.measure(scale.measured);
    let (took, cpu) = (begun.elapsed(), server.cpu() - cpu);
    match crowd.fall_silent() {
        0 => Ok(told(&tally, took, cpu)),
        wrong => Err(wrong),
    }
}

fn told(tally: &Tally, took: Duration, cpu: Cpu) -> Figures {
    let deliveries = tally.deliveries as f64;
    vec![
        (Metric::Deliveries, deliveries / took.as_secs_f64()),
        (Metric::Cpu, micros(cpu.whole) / deliveries),
        (Metric::KernelShare, percent(cpu.kernel, cpu.whole)),
        (Metric::LogShare, percent(cpu.log, cpu.whole)),
        (Metric::Median, millis(tally.within(0.5))),
        (Metric::NinetyNine, millis(tally.within(0.99))),
        (Metric::Worst, millis(tally.within(1.0))),
        (Metric::Bytes, tally.bytes as f64 / deliveries),
    ]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn percent(part: Duration, whole: Duration) -> f64 {
    part.as_secs_f64() / whole.as_secs_f64() * 100.0
}

/// What the disk can do alone, a small append and a sync again and again: how many in a second,
/// and how much processor time each takes, in µs.
fn syncs_alone(home: &Path) -> (f64, f64) {
    let mut file = File::create(home.join("alone")).expect("a file");
    let (begun, cpu) = (Instant::now(), clock_gettime(ClockId::ThreadCPUTime));
    let mut count = 0;
    while begun.elapsed() < Duration::from_millis(300) {
        file.write_all(&[0; 4096]).expect("room on the disk");
        file.sync_data().expect("a disk that syncs");
        count += 1;
    }
    let cpu = clock_gettime(ClockId::ThreadCPUTime) - cpu;
    let count = f64::from(count);
    (count / begun.elapsed().as_secs_f64(), micros(cpu.try_into().expect("it grows")) / count)
}
