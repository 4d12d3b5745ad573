#!/bin/sh
# Makes a base image in a tar, as "docker save" writes it, from the JDK in JAVA_HOME and the C library of this machine:
#   base-image.sh FOLDER    writes FOLDER/base.tar
set -eu
cd "$1"
root=root
mkdir -p $root/opt/java $root/tmp $root/etc
chmod 1777 $root/tmp
echo '127.0.0.1 localhost' >$root/etc/hosts
"$JAVA_HOME/bin/jlink" --output $root/opt/java/openjdk --add-modules \
    java.se,jdk.unsupported,jdk.crypto.ec,jdk.zipfs,jdk.management,jdk.naming.dns,jdk.localedata,jdk.net,jdk.httpserver
# What the JVM is linked with; libjvm.so and the like find each other.
for library in $(find $root/opt/java/openjdk \( -name '*.so' -o -name java -type f \) -exec ldd {} + |
    sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/lib[^ :]*\) .*/\1/p' | grep -v openjdk | sort -u); do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
done
tar -C $root -cf layer.tar .
digest=$(sha256sum layer.tar | cut -d' ' -f1)
cat >config.json <<CONFIG
{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:$digest"]},
 "config":{"Env":["PATH=/opt/java/openjdk/bin:/usr/bin:/bin","JAVA_HOME=/opt/java/openjdk"]},
 "history":[{"created":"2026-01-01T00:00:00Z"}]}
CONFIG
echo '[{"Config":"config.json","RepoTags":["base:test"],"Layers":["layer.tar"]}]' >manifest.json
tar -cf base.tar manifest.json config.json layer.tar
