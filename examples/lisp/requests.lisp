; A server's loop. A request brings a key and a list of numbers. The list is sorted and
; written as a text, which is kept until a request with the same key replaces it.

(define seed 1)
(define random (lambda (below)
  (define seed (mod (* seed 75) 65537))
  (mod seed below)))

(define numbers (lambda (n)
  (if (= n 0) () (pair (random 1000) (numbers (- n 1))))))

; Quicksort: what is less than the first number, the number, and the others.
(define part (lambda (is list)
  (if list
    (if (is (head list))
      (pair (head list) (part is (tail list)))
      (part is (tail list))))))
(define onto (lambda (front back)
  (if front (pair (head front) (onto (tail front) back)) back)))
(define sort (lambda (list)
  (if list
    ((lambda (pivot others)
      (onto
        (sort (part (lambda (n) (< n pivot)) others))
        (pair pivot (sort (part (lambda (n) (if (< n pivot) () 1)) others)))))
      (head list) (tail list)))))

(define written (lambda (list)
  (if list (append (append (head list) " ") (written (tail list))) "")))

; A tree of texts by key: (key text left . right), or nothing.
(define node (lambda (key text left right) (pair key (pair text (pair left right)))))
(define left (lambda (tree) (head (tail (tail tree)))))
(define right (lambda (tree) (tail (tail (tail tree)))))
(define put (lambda (tree key text)
  (if tree
    (if (= key (head tree))
      (node key text (left tree) (right tree))
      (if (< key (head tree))
        (node (head tree) (head (tail tree)) (put (left tree) key text) (right tree))
        (node (head tree) (head (tail tree)) (left tree) (put (right tree) key text))))
    (node key text () ()))))

(define kept ())
(define request (lambda ()
  (define kept (put kept (random 2048) (written (sort (numbers (random 60))))))))

(define total (lambda (tree)
  (if tree (+ (length (head (tail tree))) (+ (total (left tree)) (total (right tree)))) 0)))

; Tell the requests served, the bytes of text kept and the pages of memory.
(define served 0)
(while (< served 3001)
  (if (= (mod served 250) 0) (print served (total kept) (pages)))
  (request)
  (define served (+ served 1)))
