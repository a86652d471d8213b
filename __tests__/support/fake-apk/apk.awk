# The commands of the stand-in `apk`, which see. Arrays are indexed by package name, or by name and version.

# Cuts the next token off the global text: sets kind and value. Kinds in order: what comes before an end is lower.
function token(first,    piece) {
  kind = 2; value = ""
  if (text == "") return
  if (first && match(text, /^[0-9]+/)) { kind = 9 }
  else if (match(text, /^\.[0-9]+/)) { kind = 8 }
  else if (match(text, /^[a-z]/)) { kind = 7 }
  else if (match(text, /^_[a-z]+/)) {
    piece = substr(text, 2, RLENGTH - 1)
    value = index(" alpha beta pre rc cvs svn git hg p ", " " piece " ")
    kind = value < 17 ? 0 : 6
    text = substr(text, RLENGTH + 1)
    return
  }
  else if (match(text, /^[0-9]+/)) { kind = 5 }
  else if (match(text, /^~[0-9a-f]+/)) { kind = 4 }
  else if (match(text, /^-r[0-9]+/)) { kind = 3; piece = substr(text, 3, RLENGTH - 2) }
  else { kind = 1; text = ""; return }
  value = kind == 3 ? piece : kind == 8 || kind == 4 ? substr(text, 2, RLENGTH - 1) : substr(text, 1, RLENGTH)
  text = substr(text, RLENGTH + 1)
}

# -1, 0 or 1: the order of apk-package(5).
function compare(a, b,    first, ak, av) {
  first = 1
  while (1) {
    text = a; token(first); a = text; ak = kind; av = value
    text = b; token(first); b = text
    first = 0
    if (ak != kind) return ak < kind ? -1 : 1
    if (kind == 1 || kind == 2) return 0
    if (kind == 8 && (av ~ /^0/ || value ~ /^0/) || kind == 7 || kind == 4) {
      if (av "" != value "") return av "" < value "" ? -1 : 1
    } else if (av + 0 != value + 0) return av + 0 < value + 0 ? -1 : 1
  }
}

# True where a version satisfies what stands after a name in a dependency.
function allows(condition, version,    operator, sign) {
  if (condition == "") return 1
  match(condition, /^[<>=~]+/)
  operator = substr(condition, 1, RLENGTH)
  condition = substr(condition, RLENGTH + 1)
  if (operator ~ /~/) return index(version, condition) == 1
  sign = compare(version, condition)
  return (sign < 0 && operator ~ /</) || (sign == 0 && operator ~ /=/) || (sign > 0 && operator ~ />/)
}

# Splits a dependency into dep_not, dep_name, dep_condition; a tag is dropped.
function dependency(text_of) {
  dep_not = sub(/^!/, "", text_of)
  dep_condition = ""
  if (match(text_of, /[<>=~]/)) { dep_condition = substr(text_of, RSTART); text_of = substr(text_of, 1, RSTART - 1) }
  sub(/@.*/, "", text_of)
  dep_name = text_of
}

# Reads records of a file into fields[]; calls record() at the end of each.
function read_records(file, repository,    line) {
  delete field
  while ((getline line < file) > 0) {
    if (line == "") { record(repository); delete field; continue }
    field[substr(line, 1, 1)] = substr(line, 3)
    if (repository == "") rest[count + 1] = rest[count + 1] (line ~ /^[PVADof]:/ ? "" : line "\n")
  }
  record(repository)
  close(file)
}

function record(repository,    name, version) {
  name = field["P"]; version = field["V"]
  if (name == "") return
  if (repository == "") {
    order[++count] = name; have[name] = version
    broken[name] = field["f"]
    extra[name] = rest[count]; delete rest[count]
  } else {
    if (!((name, version) in places)) versions[name] = versions[name] " " version
    places[name, version] = places[name, version] "\n" repository
  }
  arch[name, version] = field["A"]; origin[name, version] = field["o"]; needs[name, version] = field["D"]
}

function load(    line, part, url) {
  while ((getline line < "/etc/apk/world") > 0) if (line != "") world[++wanted] = line
  close("/etc/apk/world")
  read_records("/lib/apk/db/installed", "")
  while ((getline line < "/etc/apk/repositories") > 0) {
    split(line, part, " ")
    url = part[1] ~ /^@/ ? part[2] : part[1]
    if (url == "") continue
    if (command != "del") print "fetch " url "/x86_64/APKINDEX.tar.gz"
    if ((getline line < (url "/APKINDEX")) < 0) {
      print "WARNING: updating and opening " url ": No such file or directory" > "/dev/stderr"
      unavailable++
      continue
    }
    close(url "/APKINDEX")
    read_records(url "/APKINDEX", line_of(part, url))
  }
}

function line_of(part, url) { return part[1] ~ /^@/ ? part[1] " " url : url }

# The newest version that an untagged repository has and that world allows; the installed one where there is none newer.
function best(name,    list, i, n, found, w) {
  found = have[name]
  n = split(versions[name], list, " ")
  for (i = 1; i <= n; i++) {
    if (places[name, list[i]] !~ /\n[^@]/) continue
    for (w = 1; w <= wanted; w++) { dependency(world[w]); if (dep_name == name && !allows(dep_condition, list[i])) break }
    if (w <= wanted) continue
    if (compare(list[i], found) > 0) found = list[i]
  }
  return found
}

# Whether all packages of plan[] get along; a dependency that must be raised is raised.
function sound(    name, list, i, n) {
  for (name in plan) {
    n = split(needs[name, plan[name]], list, " ")
    for (i = 1; i <= n; i++) {
      dependency(list[i])
      if (dep_not) { if (dep_name in plan && allows(dep_condition, plan[dep_name])) return 0; continue }
      if (dep_name in plan && allows(dep_condition, plan[dep_name])) continue
      if (dep_name in plan && !(dep_name in raised) && allows(dep_condition, best(dep_name))) {
        raised[dep_name]; plan[dep_name] = best(dep_name)
        return sound()
      }
      return 0
    }
  }
  return 1
}

# Raises all the names; where that does not fit, all but one; where that does not either, none.
function solve(names,    list, i, n) {
  n = split(names, list, " ")
  if (attempt(list, n, 0)) return
  for (i = 1; i <= n; i++) if (attempt(list, n, i)) return
  attempt(list, 0, 0)
}

function attempt(list, n, but,    i, name) {
  delete raised
  for (name in have) plan[name] = have[name]
  for (i = 1; i <= n; i++) if (i != but) { plan[list[i]] = best(list[i]); raised[list[i]] }
  return sound()
}

# Whether a repository has the package's file; sets failing where its script fails.
function fetchable(name, version,    list, i, n, file, line, status) {
  n = split(places[name, version], list, "\n")
  for (i = 1; i <= n; i++) {
    if (list[i] == "" || list[i] ~ /^@/) continue
    file = list[i] "/" name "-" version ".apk"
    failing = 0
    status = (getline line < file)
    if (status < 0) continue
    while (status > 0) { if (line == "post-install: fail") failing = 1; status = (getline line < file) }
    close(file)
    return 1
  }
  return 0
}

function commit(    i, name, total, at) {
  for (i = 1; i <= count; i++) if (plan[order[i]] != have[order[i]]) total++
  for (i = 1; i <= count; i++) {
    name = order[i]
    if (plan[name] == have[name]) continue
    print "(" ++at "/" total ") Upgrading " name " (" have[name] " -> " plan[name] ")"
    if (!fetchable(name, plan[name])) {
      print "ERROR: " name "-" plan[name] ": " \
        (playing ~ /^2/ ? "package mentioned in index not found (try 'apk update')" : "HTTP 404: Not Found") > "/dev/stderr"
      errors++
      continue
    }
    have[name] = plan[name]
    broken[name] = ""
    if (failing) {
      print "ERROR: " name "-" have[name] ".post-install: script exited with error 1" > "/dev/stderr"
      broken[name] = "s"; errors++
    }
  }
  save()
  print (errors ? errors " error" (errors > 1 ? "s" : "") ";" : "OK:") " 8 MiB in " count " packages"
  exit errors
}

function save(    i, name, version, file) {
  file = "/lib/apk/db/installed.new"
  printf "" > file
  for (i = 1; i <= count; i++) {
    name = order[i]
    if (!(name in have)) continue
    version = have[name]
    printf "P:%s\nV:%s\nA:%s\n", name, version, arch[name, version] > file
    if (origin[name, version] != "") print "o:" origin[name, version] > file
    if (needs[name, version] != "") print "D:" needs[name, version] > file
    printf "%s", extra[name] > file
    if (broken[name] != "") print "f:" broken[name] > file
    print "" > file
  }
  close(file)
  system("mv " file " /lib/apk/db/installed; mkdir -p /var/log; echo x >>/var/log/apk.log")
  printf "" > "/etc/apk/world"
  for (i = 1; i <= wanted; i++) if (world[i] != "") print world[i] > "/etc/apk/world"
  close("/etc/apk/world")
}

function reach(name,    list, i, n) {
  if (name in reached || !(name in have)) return
  reached[name]
  n = split(needs[name, have[name]], list, " ")
  for (i = 1; i <= n; i++) { dependency(list[i]); if (!dep_not) reach(dep_name) }
}

function del(    list, i, n, w, at, total) {
  n = split(words, list, " ")
  for (i = 1; i <= n; i++) {
    if (!(list[i] in have)) { print "ERROR: No such package: " list[i] > "/dev/stderr"; exit 1 }
    for (w = 1; w <= wanted; w++) { dependency(world[w]); if (dep_name == list[i]) world[w] = "" }
  }
  for (w = 1; w <= wanted; w++) { dependency(world[w]); if (world[w] != "" && !dep_not) reach(dep_name) }
  for (i = 1; i <= n; i++) if (list[i] in reached) {
    print "World updated, but the following packages are not removed due to:\n  " list[i] ": others\n"
  }
  for (i = 1; i <= count; i++) if (!(order[i] in reached)) total++
  for (i = count; i >= 1; i--) if (!(order[i] in reached)) {
    print "(" ++at "/" total ") Purging " order[i] " (" have[order[i]] ")"
    delete have[order[i]]
  }
  if (!simulate) save()
  print "OK: 8 MiB in " count - total " packages"
}

function policy(    list, names, i, j, k, m, n, p, place) {
  n = split(words, names, " ")
  for (i = 1; i <= n; i++) {
    print names[i] " policy:"
    m = split(versions[names[i]] (((names[i], have[names[i]]) in places) ? "" : " " have[names[i]]), list, " ")
    for (j = 1; j <= m; j++) {
      print "  " list[j] ":"
      if (list[j] == have[names[i]]) print "    lib/apk/db/installed"
      p = split(places[names[i], list[j]], place, "\n")
      for (k = 1; k <= p; k++) if (place[k] != "") print "    " place[k]
    }
  }
}

function all(    i, text_of) {
  for (i = 1; i <= count; i++) text_of = text_of " " order[i]
  return text_of
}

BEGIN {
  if (command == "version") {
    split(words, pair, " ")
    sign = compare(pair[1], pair[2])
    print (sign < 0 ? "<" : (sign > 0 ? ">" : "="))
    exit 0
  }
  load()
  if (command == "update") {
    print (unavailable ? unavailable " unavailable, 0 stale;" : "OK:") " 9 distinct packages available"
    exit (playing ~ /^2/ ? unavailable : unavailable > 0)
  }
  if (command == "policy") { policy(); exit 0 }
  if (command == "info") { for (i = 1; i <= count; i++) print order[i] "-" have[order[i]]; exit 0 }
  if (command == "del") { del(); exit 0 }
  split(words, names, " ")
  for (i in names) {
    dependency(names[i])
    if (!(dep_name in have) && command != "add") { print "ERROR: Package '" names[i] "' not found" > "/dev/stderr"; exit 1 }
    if (command == "add") { world[++wanted] = names[i]; sub(names[i], dep_name, words) }
  }
  old = compare(playing, "2.14.0") < 0
  if (command == "upgrade" && unavailable && !force_missing && !old) {
    print "ERROR: Not continuing due to stale/unavailable repositories. Use --force-missing-repositories to continue." > "/dev/stderr"
    exit 1
  }
  solve(command == "upgrade" && (words == "" || old) ? all() : words)
  commit()
}
