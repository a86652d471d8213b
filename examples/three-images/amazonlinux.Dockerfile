# An own template: the parent, what this image adds to it, and the patch where the marker line is.
ARG UID=10001
FROM {{{ imagebuilder:parentImage }}}
ARG UID
RUN dnf install -y --setopt=install_weak_deps=0 shadow-utils \
 && useradd --uid "${UID:-10001}" --create-home app \
 && dnf clean all
# golden-images: patch
